/* message.c - a message: stdin in a file without a name, an index of its header, and its facts */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/message.h"

#include "base/fs.h"
#include "base/i18n.h"
#include "mail/residue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	PIECE = 65536,
	SKIPPED_MAX = 65536, /* octets that may precede a header */
	CRS_MAX = 1024,      /* CRs that may be part of a line end */
};

/* The state of reading the input into the file. */
struct intake {
	struct message *message;
	struct str line;    /* an unfinished line of the header */
	struct str clean;   /* the same line in the form that is kept */
	struct str skipped; /* lines above the first field that may turn out to be the body */
	struct str out;
	struct content_facts_scan header_scan;
	struct content_facts_scan body_scan;
	size_t block_at; /* offset in `skipped` of the lines that may be fields or text */
	bool has_gap;    /* one of the skipped lines is empty */
	bool has_block;
	bool is_body;
	bool is_in_line; /* the last line of the body has not ended */
	size_t crs; /* CRs at the end of the body's last piece; the next byte decides about them */
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
	str_done(&in->clean);
	str_done(&in->skipped);
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

	content_facts_take(&in->body_scan, in->out.bytes, in->out.len);
	if (!append(message, &in->out, err))
		return false;
	message->body_len += in->out.len;
	str_clear(&in->out);
	return true;
}

static void let_crs_go(struct intake *in)
{
	for (; in->crs > 0; in->crs--)
		str_add_char(&in->out, '\r');
}

/*
 * Takes a part of a line, or with `is_end` the rest of it, without its LF. CRs at its end are held
 * back: if the line ends there, they are part of the line end, else text.
 */
static void take_body_text(struct intake *in, const char *text, size_t len, bool is_end)
{
	size_t left = len;

	while (left > 0 && text[left - 1] == '\r')
		left--;
	if (left > 0)
		let_crs_go(in);
	str_add_n(&in->out, text, left);
	in->crs += len - left;
	if (in->crs > CRS_MAX)
		let_crs_go(in);
	in->is_in_line = !is_end;
	if (!is_end)
		return;
	in->crs = 0;
	str_add_n(&in->out, "\r\n", 2);
}

static bool take_body(struct intake *in, const char *bytes, size_t len, struct err *err)
{
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

static bool keep_header_line(struct intake *in, struct err *err)
{
	struct message *message = in->message;

	if (in->clean.len + 2 > MESSAGE_HEADER_MAX - message->given.len)
		return refuse_length(err);
	str_add(&in->clean, "\r\n");
	str_add_n(&message->given, in->clean.bytes, in->clean.len);
	content_facts_take(&in->header_scan, in->clean.bytes, in->clean.len);
	str_clear(&in->skipped);
	return true;
}

/*
 * The lines above the first field turn out to be text. Mailbox separators among them are left out,
 * and so is the first empty line, which ended a header without any field.
 */
static bool take_skipped(struct intake *in, struct err *err)
{
	const char *at = in->skipped.bytes;
	const char *end = at + in->skipped.len;
	bool is_blank = false;

	for (const char *next; at < end && !is_blank; at = next) {
		const char *lf = memchr(at, '\n', (size_t)(end - at));
		next = lf ? lf + 1 : end;
		residue_clean_line(&in->clean, at, (size_t)(next - at), true);
		is_blank = residue_is_blank(in->clean.bytes, in->clean.len);
		if (is_blank && in->clean.len > 0)
			break;
	}
	in->is_body = true;
	return take_body(in, at, (size_t)(end - at), err);
}

static bool begin_body(struct intake *in, struct err *err)
{
	return take_skipped(in, err) && take_body(in, in->line.bytes, in->line.len, err);
}

static bool skip_line(struct intake *in, struct err *err)
{
	if (in->line.len > SKIPPED_MAX - in->skipped.len)
		return begin_body(in, err);
	str_add_n(&in->skipped, in->line.bytes, in->line.len);
	return true;
}

/*
 * Takes a line of a block: lines after an empty line that look like fields. The line after the
 * block decides whether it belongs to the header.
 */
static bool skip_block_line(struct intake *in, struct err *err)
{
	if (!in->has_block)
		in->block_at = in->skipped.len;
	in->has_block = true;
	return skip_line(in, err);
}

/* Adds the block to the header, and the line that decided about it. */
static bool keep_block(struct intake *in, struct err *err)
{
	CLEANUP(str_done) struct str block = STR_INIT;

	str_add_n(&block, in->skipped.bytes + in->block_at, in->skipped.len - in->block_at);
	str_add_n(&block, in->line.bytes, in->line.len);
	for (size_t at = 0, len; at < block.len; at += len) {
		const char *line = block.bytes + at;
		const char *lf = memchr(line, '\n', block.len - at);
		len = lf ? (size_t)(lf - line) + 1 : block.len - at;
		residue_clean_line(&in->clean, line, len, at == 0);
		if (!keep_header_line(in, err))
			return false;
	}
	return true;
}

/* Judges the next line of a block. */
static bool take_block_line(struct intake *in, enum header_line kind, struct err *err)
{
	if (kind == HEADER_LINE_FIELD && residue_is_known_field(in->clean.bytes, in->clean.len))
		return keep_block(in, err);
	if (kind == HEADER_LINE_FIELD || kind == HEADER_LINE_CONTINUATION)
		return skip_line(in, err);
	return begin_body(in, err);
}

/* Takes a line above the first field, or the line that begins it. */
static bool take_top_line(struct intake *in, struct err *err)
{
	const char *line = in->clean.bytes;
	size_t len = in->clean.len;
	enum header_line kind = header_line_kind(line, len, !in->has_block);

	if (in->has_block)
		return take_block_line(in, kind, err);
	if (kind == HEADER_LINE_FIELD && in->has_gap && !residue_is_known_field(line, len))
		return skip_block_line(in, err);
	if (kind == HEADER_LINE_FIELD)
		return keep_header_line(in, err);
	in->has_gap |= residue_is_blank(line, len);
	if (residue_is_blank(line, len) || residue_is_separator(line, len, false))
		return skip_line(in, err);
	return begin_body(in, err);
}

static bool take_lower_line(struct intake *in, struct err *err)
{
	const char *line = in->clean.bytes;
	size_t len = in->clean.len;

	switch (header_line_kind(line, len, false)) {
	case HEADER_LINE_FIELD:
	case HEADER_LINE_CONTINUATION:
		return keep_header_line(in, err);
	case HEADER_LINE_EMPTY:
		in->is_body = true;
		return true;
	case HEADER_LINE_MBOX:
	case HEADER_LINE_OTHER:
		break;
	}
	return residue_is_separator(line, len, true) || begin_body(in, err);
}

/* Takes a whole line of the header, with its LF if it had one. */
static bool take_header_line(struct intake *in, struct err *err)
{
	bool is_top = in->message->given.len == 0;

	if (is_top && in->skipped.len == 0 && residue_is_utf16(in->line.bytes, in->line.len))
		return err_set(err, ERR_INPUT,
			       _("the message is in UTF-16; it has to be in UTF-8 (see iconv(1))"));
	residue_clean_line(&in->clean, in->line.bytes, in->line.len, is_top);
	return is_top ? take_top_line(in, err) : take_lower_line(in, err);
}

/*
 * Takes the first line of `bytes`, or keeps it until its end arrives; sets how many bytes were
 * used. After a failure `in->line` has the line, except if the line was too long: then no byte is
 * used.
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
	if (!take_header_line(in, err))
		return false;
	str_clear(&in->line);
	return true;
}

/*
 * The header can't be read: its lines begin the body, and the rest of the input follows them.
 * Returns false; is_unreadable tells whether the file has everything.
 */
static bool take_as_body(struct intake *in, const char *bytes, size_t len)
{
	struct message *message = in->message;
	CLEANUP(err_done) struct err err = ERR_INIT;
	struct str given = message->given;
	struct str line = in->line;

	str_init(&message->given, MESSAGE_HEADER_MAX);
	str_init(&in->line, MESSAGE_HEADER_MAX);
	message->header_facts = (struct content_facts){ 0 };
	in->is_body = true;
	message->is_unreadable = take_body(in, in->skipped.bytes, in->skipped.len, &err) &&
				 take_body(in, given.bytes, given.len, &err) &&
				 take_body(in, line.bytes, line.len, &err) &&
				 take_body(in, bytes, len, &err);
	str_done(&given);
	str_done(&line);
	return false;
}

static bool take_end(struct intake *in, struct err *err)
{
	if (!in->is_body && in->line.len > 0 && !take_header_line(in, err))
		return false;
	if (!in->is_body && !take_skipped(in, err))
		return false;
	let_crs_go(in);
	if (in->is_in_line)
		take_body_text(in, "", 0, true);
	if (!flush_out(in, err))
		return false;
	content_facts_end(&in->body_scan);
	content_facts_end(&in->header_scan);
	return true;
}

void message_begin(struct message *message)
{
	message->intake = mem_zeroed(1, sizeof *message->intake);
	*message->intake = (struct intake){ .message = message,
					    .line = STR_MAX(MESSAGE_HEADER_MAX),
					    .clean = STR_INIT,
					    .skipped = STR_MAX(SKIPPED_MAX),
					    .out = STR_INIT };
	content_facts_begin(&message->intake->header_scan, &message->header_facts);
	content_facts_begin(&message->intake->body_scan, &message->body_facts);
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

/* The same if the last line of the input showed that the header can't be read. */
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

/* Reads the rest of an input with an unreadable header, for a caller that keeps it. */
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
	message->header_facts = (struct content_facts){ 0 };
	content_facts_look(&message->header_facts, whole.bytes, whole.len);
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
