/* message.c - a message: stdin in a file without a name, an index of its header, and its facts */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/message.h"

#include "base/fs.h"
#include "base/i18n.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 65536 };

/* The input on its way into the file. */
struct intake {
	struct message *message;
	struct str line; /* an unfinished line of the header */
	struct str out;
	uint64_t line_number;
	struct facts_scan header_scan;
	struct facts_scan body_scan;
	bool is_body;
	bool is_in_line; /* the body's last line has not ended */
	bool ends_in_cr; /* the last piece of the body did; what follows decides */
};

void message_init(struct message *message)
{
	*message = (struct message){ .kept = SCRATCH_INIT, .given = STR_MAX(MESSAGE_HEADER_MAX) };
}

static void intake_free(struct intake *in)
{
	if (!in)
		return;
	str_done(&in->line);
	str_done(&in->out);
	free(in);
}

void message_done(struct message *message)
{
	if (!message)
		return;
	intake_free(mem_take(&message->intake));
	header_done(&message->header);
	str_done(&message->given);
	scratch_done(&message->kept);
}

void message_use(struct message *message, int fd)
{
	uint64_t len = message_size(message);

	scratch_borrow(&message->kept, fd, MESSAGE_BODY_AT, len);
}

bool message_is_in(const struct message *message, int fd)
{
	return message->kept.fd == fd;
}

void message_share(struct message *message, const struct message *from)
{
	scratch_share(&message->kept, &from->kept);
	message->body_len = from->body_len;
	message->header_len = from->header_len;
}

static bool refuse_line(const struct intake *in, const char *what, struct err *err)
{
	return err_set(err, ERR_INPUT, _("line %llu of the message has %s"),
		       (unsigned long long)in->line_number + 1, what);
}

static bool append(struct message *message, const struct str *bytes, struct err *err)
{
	if (scratch_append(&message->kept, bytes->bytes, bytes->len))
		return true;
	if (errno == EFBIG)
		return err_set(
			err, ERR_IO,
			_("cannot keep the message: no disk takes it, and memory only %d MB"),
			SCRATCH_MEMORY_MAX / 1024 / 1024);
	return err_sys(err, ERR_IO, errno, _("cannot keep the message"));
}

static bool flush_out(struct intake *in, struct err *err)
{
	struct message *message = in->message;

	if (!append(message, &in->out, err))
		return false;
	message->body_len += in->out.len;
	str_clear(&in->out);
	return true;
}

/* Part of a line, or with `is_end` the rest of it, without its LF. A CR is held back. */
static void take_body_text(struct intake *in, const char *text, size_t len, bool is_end)
{
	if (in->ends_in_cr && !(len == 0 && is_end))
		str_add_char(&in->out, '\r');
	if (len > 0)
		in->ends_in_cr = text[len - 1] == '\r';
	str_add_n(&in->out, text, len - (len > 0 && in->ends_in_cr));
	in->is_in_line = !is_end;
	if (!is_end)
		return;
	in->ends_in_cr = false;
	str_add_n(&in->out, "\r\n", 2);
}

static bool take_body(struct intake *in, const char *bytes, size_t len, struct err *err)
{
	facts_take(&in->body_scan, bytes, len);
	while (len > 0) {
		const char *lf = memchr(bytes, '\n', len);
		size_t text = lf ? (size_t)(lf - bytes) : len;
		take_body_text(in, bytes, text, lf != NULL);
		size_t step = text + (lf != NULL);
		bytes += step;
		len -= step;
	}
	return in->out.len < PIECE || flush_out(in, err);
}

static bool refuse_length(struct err *err)
{
	return err_set(err, ERR_INPUT, _("the header is longer than %d MB"),
		       MESSAGE_HEADER_MAX / 1024 / 1024);
}

static bool keep_header_line(struct intake *in, const char *line, size_t len, struct err *err)
{
	struct message *message = in->message;

	if (memchr(line, '\r', len))
		return refuse_line(in, _("a carriage return without a line feed"), err);
	if (memchr(line, '\0', len))
		return refuse_line(in, _("a NUL byte"), err);
	if (len + 2 > MESSAGE_HEADER_MAX - message->given.len)
		return refuse_length(err);
	str_add_n(&message->given, line, len);
	str_add_n(&message->given, "\r\n", 2);
	facts_take(&in->header_scan, line, len);
	facts_take(&in->header_scan, "\r\n", 2);
	in->line_number++;
	return true;
}

/* A whole line of the header, with its LF where it had one. */
static bool take_header_line(struct intake *in, const char *line, size_t len, struct err *err)
{
	size_t text = len;

	if (text > 0 && line[text - 1] == '\n')
		text--;
	if (text < len && text > 0 && line[text - 1] == '\r')
		text--;
	switch (header_line_kind(line, len, in->line_number == 0)) {
	case HEADER_LINE_EMPTY:
		in->is_body = true;
		in->line_number++;
		return true;
	case HEADER_LINE_MBOX:
		in->line_number++;
		return true;
	case HEADER_LINE_OTHER:
		in->is_body = true;
		return take_body(in, line, len, err);
	default:
		return keep_header_line(in, line, text, err);
	}
}

/*
 * Takes the first line of `bytes`, or keeps it until its end comes; sets what was used. After a
 * failure `in->line` has the line, unless it is the line that is too long: then nothing is used.
 */
static bool take_header(struct intake *in, const char *bytes, size_t len, size_t *used,
			struct err *err)
{
	const char *lf = memchr(bytes, '\n', len);
	size_t step = lf ? (size_t)(lf - bytes) + 1 : len;

	*used = 0;
	if (step > MESSAGE_HEADER_MAX - in->line.len)
		return refuse_length(err);
	*used = step;
	str_add_n(&in->line, bytes, step);
	if (!lf)
		return true;
	if (!take_header_line(in, in->line.bytes, in->line.len, err))
		return false;
	str_clear(&in->line);
	return true;
}

/*
 * What was taken for the header begins the body, and the bytes that follow go on with it. Returns
 * false, as the header can't be read; is_unreadable says whether the file has it all.
 */
static bool take_as_body(struct intake *in, const char *bytes, size_t len)
{
	struct message *message = in->message;
	CLEANUP(err_done) struct err err = ERR_INIT;
	struct str given = message->given;
	struct str line = in->line;

	str_init(&message->given, MESSAGE_HEADER_MAX);
	str_init(&in->line, MESSAGE_HEADER_MAX);
	message->header_facts = (struct facts){ 0 };
	in->is_body = true;
	message->is_unreadable = take_body(in, given.bytes, given.len, &err) &&
				 take_body(in, line.bytes, line.len, &err) &&
				 take_body(in, bytes, len, &err);
	str_done(&given);
	str_done(&line);
	return false;
}

static bool take_end(struct intake *in, struct err *err)
{
	if (!in->is_body && in->line.len > 0 &&
	    !take_header_line(in, in->line.bytes, in->line.len, err))
		return false;
	if (in->is_in_line)
		take_body_text(in, "", 0, false);
	if (in->is_in_line)
		str_add(&in->out, "\r\n");
	facts_end(&in->body_scan);
	facts_end(&in->header_scan);
	return flush_out(in, err);
}

void message_begin(struct message *message)
{
	message->intake = mem_zeroed(1, sizeof *message->intake);
	*message->intake = (struct intake){ .message = message,
					    .line = STR_MAX(MESSAGE_HEADER_MAX),
					    .out = STR_INIT };
	facts_begin(&message->intake->header_scan, &message->header_facts);
	facts_begin(&message->intake->body_scan, &message->body_facts);
}

bool message_take(struct message *message, const char *bytes, size_t len, struct err *err)
{
	struct intake *in = message->intake;

	while (len > 0 && !in->is_body) {
		size_t used;
		bool is_taken = take_header(in, bytes, len, &used, err);
		bytes += used;
		len -= used;
		if (!is_taken)
			return err->kind == ERR_INPUT && take_as_body(in, bytes, len);
	}
	return len == 0 || take_body(in, bytes, len, err);
}

/* The same for an input whose last line showed that its header can't be read. */
static bool end_as_body(struct intake *in)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	bool is_taken = take_as_body(in, "", 0);

	in->message->is_unreadable &= take_end(in, &err);
	return is_taken;
}

bool message_end(struct message *message, struct err *err)
{
	bool is_whole = take_end(message->intake, err);

	if (!is_whole && err->kind == ERR_INPUT)
		is_whole = end_as_body(message->intake);
	else if (!is_whole)
		message->is_unreadable = false;
	message->is_whole = is_whole || message->is_unreadable;
	intake_free(mem_take(&message->intake));
	if (is_whole)
		header_index(&message->header, message->given.bytes, message->given.len);
	return is_whole;
}

/* The rest of an input whose header can't be read, for one who keeps it. */
static bool read_unreadable(struct message *message, int fd)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	char piece[PIECE];
	ssize_t got;

	if (!message->is_unreadable || !message->keeps_unreadable)
		return false;
	while ((got = fs_read(fd, piece, sizeof piece)) > 0)
		if (!message_take(message, piece, (size_t)got, &err))
			break;
	message->is_unreadable = got == 0 && message_end(message, &err);
	return false;
}

bool message_read(struct message *message, int fd, struct err *err)
{
	char piece[PIECE];
	ssize_t got;

	message_begin(message);
	while ((got = fs_read(fd, piece, sizeof piece)) > 0)
		if (!message_take(message, piece, (size_t)got, err))
			return read_unreadable(message, fd);
	if (got < 0)
		return err_sys(err, ERR_IO, errno, _("cannot read the message"));
	return message_end(message, err);
}

bool message_complete(struct message *message, const struct str *header, struct err *err)
{
	CLEANUP(str_done) struct str whole = STR_INIT;

	str_add_n(&whole, header->bytes, header->len);
	str_add_n(&whole, "\r\n", 2);
	if (!scratch_cut(&message->kept, message->body_len))
		return err_sys(err, ERR_IO, errno, _("cannot keep the message"));
	if (!append(message, &whole, err))
		return false;
	message->header_len = whole.len;
	message->header_facts = (struct facts){ 0 };
	facts_look(&message->header_facts, whole.bytes, whole.len);
	return true;
}

void message_replace(struct message *to, struct message *from)
{
	if (!scratch_replace(&to->kept, &from->kept)) {
		scratch_done(&to->kept);
		to->kept = from->kept;
		scratch_init(&from->kept);
	}
	to->body_len = from->body_len;
	to->header_len = from->header_len;
	to->header_facts = from->header_facts;
	to->body_facts = from->body_facts;
	message_done(from);
	message_init(from);
}

uint64_t message_size(const struct message *message)
{
	return message->header_len + message->body_len;
}

ssize_t message_read_at(const struct message *message, uint64_t offset, char *bytes, size_t len,
			struct err *err)
{
	bool is_header = offset < message->header_len;
	uint64_t left = is_header ? message->header_len - offset : message_size(message) - offset;
	uint64_t place = is_header ? message->body_len + offset : offset - message->header_len;

	if (len > left)
		len = (size_t)left;
	if (scratch_read(&message->kept, place, bytes, len))
		return (ssize_t)len;
	err_sys(err, ERR_IO, errno, _("cannot read the kept message"));
	return -1;
}
