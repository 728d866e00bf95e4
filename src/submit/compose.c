/* compose.c - making a message from addresses, texts and files */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/compose.h"

#include "base/fs.h"
#include "base/i18n.h"
#include "base/random.h"
#include "deliver/report.h"
#include "mail/address_parse.h"
#include "mail/encoder.h"
#include "mail/field.h"
#include "mail/filetype.h"
#include "mail/lines.h"
#include "submit/source.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	PIECE = 48 * 1024,
	ATTACHED_MAX = 1 << 30, /* octets of all attachments; relays accept less */
};

/* The message being made. */
struct composer {
	const struct request *request;
	const struct composition *wish;
	struct message *message;
	int in;
	struct source text;
	struct source html;
	uint64_t attached; /* octets of attachments so far */
};

static void composer_done(struct composer *c)
{
	source_done(&c->text);
	source_done(&c->html);
}

/* Sources */

static bool refuse_size(const char *path, struct err *err)
{
	CLEANUP(str_done) struct str shown = STR_INIT;

	str_add_printable(&shown, path, strlen(path));
	return err_set(err, ERR_NOINPUT,
		       _("%s: over %d MB in all can't be attached; send a link instead"),
		       shown.bytes, ATTACHED_MAX / 1024 / 1024);
}

/* Adds the size of an open file to that of the other attachments. */
static bool add_size(int fd, const char *path, uint64_t *total, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return source_cannot_read(path, err);
	*total += (uint64_t)st.st_size;
	return *total <= ATTACHED_MAX || refuse_size(path, err);
}

/* Finds unreadable or oversized files before a person types a text. */
static bool check_attachments(const struct composition *wish, struct err *err)
{
	uint64_t total = 0;

	for (size_t i = 0; i < wish->attachment_count; i++) {
		const char *path = wish->attachments[i].path;
		if (composition_is_stdin(path))
			continue;
		CLEANUP(fs_close_at) int fd = source_open_file(path, err);
		if (fd < 0 || !add_size(fd, path, &total, err))
			return err_wrap(err, "--attach");
	}
	return true;
}

static bool read_stdin(const struct composer *c, struct source *source, struct err *err)
{
	return source_read(source, c->in, _("standard input"), err);
}

static bool read_named(const struct composer *c, const char *path, struct source *source,
		       struct err *err)
{
	if (composition_is_stdin(path))
		return read_stdin(c, source, err);
	CLEANUP(fs_close_at) int fd = source_open_file(path, err);
	return fd >= 0 && source_read(source, fd, path, err);
}

/* Tells a person at the terminal that the text is read from there. */
static void invite(int in)
{
	CLEANUP(str_done) struct str line = STR_INIT;

	if (!isatty(in))
		return;
	str_add(&line, _("type the text, and end it with Ctrl-D on a line of its own"));
	report_warnings(&line);
}

static bool read_texts(struct composer *c, struct err *err)
{
	const struct composition *wish = c->wish;

	if (wish->html_file && !read_named(c, wish->html_file, &c->html, err))
		return err_wrap(err, "--html-file");
	if (wish->body_file && !read_named(c, wish->body_file, &c->text, err))
		return err_wrap(err, "--body-file");
	if (wish->body_file || !composition_has_text_on_stdin(wish))
		return true;
	invite(c->in);
	return read_stdin(c, &c->text, err);
}

/* The header */

static bool parse(const char *list, const char *option, struct address_list *out, struct err *err)
{
	size_t known = out->count;

	if (!address_parse_list(list, strlen(list), out, err))
		return err_wrap(err, "%s", option);
	for (size_t i = known; i < out->count; i++) {
		CLEANUP(mem_free_at) char *path = address_path(&out->items[i]);
		if (!address_check(path, err))
			return err_wrap(err, "%s", option);
	}
	return true;
}

/* Collects the addresses of a field. Recipients that are arguments go to the To field. */
static bool gather(const struct composer *c, enum compose_option option, const char *name,
		   struct address_list *out, struct err *err)
{
	const struct request *request = c->request;

	for (size_t i = 0; i < c->wish->addressees_count; i++) {
		const struct addressees *given = &c->wish->addressees[i];
		if (given->option == option && !parse(given->list, name, out, err))
			return false;
	}
	for (size_t i = 0; option == COMPOSE_TO && i < request->recipient_count; i++)
		if (!parse(request->recipients[i], _("recipient"), out, err))
			return false;
	return true;
}

static bool add_addressees(const struct composer *c, struct str *out, struct err *err)
{
	static const struct {
		enum compose_option option;
		const char *name, *field;
	} fields[] = { { COMPOSE_TO, "--to", "To" },
		       { COMPOSE_CC, "--cc", "Cc" },
		       { COMPOSE_BCC, "--bcc", "Bcc" },
		       { COMPOSE_REPLY_TO, "--reply-to", "Reply-To" } };
	size_t open = 0;

	for (size_t i = 0; i < LENGTH(fields); i++) {
		CLEANUP(address_list_done) struct address_list list = { 0 };
		if (!gather(c, fields[i].option, fields[i].name, &list, err))
			return false;
		field_add_addresses(out, fields[i].field, &list);
		if (fields[i].option == COMPOSE_TO || fields[i].option == COMPOSE_CC)
			open += list.count;
	}
	if (open == 0)
		str_add(out, "To: undisclosed-recipients:;\r\n");
	return true;
}

static bool put(struct composer *c, const struct str *bytes, struct err *err)
{
	return message_take(c->message, bytes->bytes, bytes->len, err);
}

static bool put_header(struct composer *c, struct err *err)
{
	CLEANUP(str_done) struct str out = STR_INIT;

	if (!add_addressees(c, &out, err))
		return false;
	if (c->wish->subject)
		field_add_text(&out, "Subject", c->wish->subject);
	str_add(&out, "MIME-Version: 1.0\r\n");
	return put(c, &out, err);
}

/* Parts */

/* Appends a piece of a part in its encoding. */
static bool put_encoded(struct composer *c, struct encoder *encoder, const struct str *piece,
			bool is_end, struct err *err)
{
	CLEANUP(str_done) struct str out = STR_INIT;

	if (encoder->to == ENCODING_7BIT)
		return put(c, piece, err);
	encoder_take(encoder, piece->bytes, piece->len, &out);
	if (is_end)
		encoder_end(encoder, &out);
	return put(c, &out, err);
}

/* Writes the text with CRLF line ends, after the last line, too. */
static bool put_content(struct composer *c, const struct source *source, struct err *err)
{
	const struct part_text *text = &source->text;
	struct lines lines = { 0 };
	struct encoder encoder;
	char bytes[PIECE];

	encoder_init(&encoder, part_text_encoding(text));
	for (uint64_t at = 0, len; at < text->len; at += len) {
		CLEANUP(str_done) struct str piece = STR_INIT;
		len = text->len - at < sizeof bytes ? text->len - at : sizeof bytes;
		if (!scratch_read(&source->kept, at, bytes, (size_t)len))
			return err_sys(err, ERR_IO, errno, _("cannot read the kept message"));
		lines_add_crlf(&lines, bytes, (size_t)len, &piece);
		bool is_end = at + len == text->len;
		if (is_end && text->last != '\n')
			str_add(&piece, "\r\n");
		if (!put_encoded(c, &encoder, &piece, is_end, err))
			return false;
	}
	return true;
}

static bool put_text(struct composer *c, const char *type, const struct source *source,
		     struct err *err)
{
	CLEANUP(str_done) struct str fields = STR_INIT;

	part_add_text_fields(&fields, type, &source->text);
	str_add(&fields, "\r\n");
	return put(c, &fields, err) && put_content(c, source, err);
}

/* A multipart: its header field, and the boundary between its parts. */
struct frame {
	char boundary[PART_BOUNDARY_LEN + 1];
	bool has_part;
};

static bool begin_frame(struct composer *c, struct frame *frame, const char *subtype,
			struct err *err)
{
	CLEANUP(str_done) struct str fields = STR_INIT;
	unsigned char random[PART_RANDOM_LEN];

	random_fill(random, sizeof random);
	*frame = (struct frame){ 0 };
	part_make_boundary(frame->boundary, random);
	part_add_multipart_fields(&fields, subtype, frame->boundary);
	str_add(&fields, "\r\n");
	return put(c, &fields, err);
}

/* Starts the next part. The line end before a boundary belongs to the boundary. */
static bool next_part(struct composer *c, struct frame *frame, struct err *err)
{
	CLEANUP(str_done) struct str line = STR_INIT;

	str_addf(&line, "%s--%s\r\n", frame->has_part ? "\r\n" : "", frame->boundary);
	frame->has_part = true;
	return put(c, &line, err);
}

static bool end_frame(struct composer *c, const struct frame *frame, struct err *err)
{
	CLEANUP(str_done) struct str line = STR_INIT;

	str_addf(&line, "\r\n--%s--\r\n", frame->boundary);
	return put(c, &line, err);
}

static bool has_text(const struct composer *c)
{
	return c->text.is_there && c->text.text.len > 0;
}

/* The last alternative is the preferred one, RFC 2046 section 5.1.4. */
static bool put_alternatives(struct composer *c, struct err *err)
{
	struct frame frame;

	return begin_frame(c, &frame, "alternative", err) && next_part(c, &frame, err) &&
	       put_text(c, "text/plain", &c->text, err) && next_part(c, &frame, err) &&
	       put_text(c, "text/html", &c->html, err) && end_frame(c, &frame, err);
}

static bool put_texts(struct composer *c, struct err *err)
{
	if (!c->html.is_there)
		return put_text(c, "text/plain", &c->text, err);
	return has_text(c) ? put_alternatives(c, err) : put_text(c, "text/html", &c->html, err);
}

/* The source of an attachment: a file, or a scratch file (NULL: none). */
struct bytes {
	int fd;
	const struct scratch *kept;
	uint64_t at;
};

static ssize_t read_bytes(struct bytes *from, char *bytes, size_t len)
{
	if (!from->kept)
		return fs_read(from->fd, bytes, len);
	uint64_t left = from->kept->len - from->at;
	if (len > left)
		len = (size_t)left;
	if (!scratch_read(from->kept, from->at, bytes, len))
		return -1;
	from->at += len;
	return (ssize_t)len;
}

static bool put_bytes(struct composer *c, struct bytes *from, const char *path, struct err *err)
{
	struct encoder encoder;
	char bytes[PIECE];
	ssize_t got;

	encoder_init(&encoder, ENCODING_BASE64);
	while ((got = read_bytes(from, bytes, sizeof bytes)) >= 0) {
		CLEANUP(str_done) struct str out = STR_INIT;
		c->attached += (uint64_t)got;
		if (c->attached > ATTACHED_MAX)
			return refuse_size(path, err);
		encoder_take(&encoder, bytes, (size_t)got, &out);
		if (got == 0)
			encoder_end(&encoder, &out);
		if (!put(c, &out, err))
			return false;
		if (got == 0)
			return true;
	}
	return source_cannot_read(path, err);
}

static bool put_file(struct composer *c, const struct attachment *attachment, struct bytes from,
		     const char *charset, struct err *err)
{
	CLEANUP(str_done) struct str fields = STR_INIT;
	CLEANUP(str_done) struct str name = STR_INIT;
	CLEANUP(mem_free_at) char *type = filetype_of(composition_attachment_name(attachment));

	field_clean(composition_attachment_name(attachment), '_', &name);
	part_add_file_fields(&fields, type, charset, name.bytes);
	str_add(&fields, "\r\n");
	return put(c, &fields, err) && put_bytes(c, &from, attachment->path, err);
}

/* Writes a file again from its beginning, after its text was judged. */
static bool put_again(struct composer *c, const struct attachment *attachment, int fd,
		      const struct part_text *text, struct err *err)
{
	if (lseek(fd, 0, SEEK_SET) < 0)
		return source_cannot_read(attachment->path, err);
	return put_file(c, attachment, (struct bytes){ .fd = fd }, part_text_charset(text), err);
}

static bool is_text(const struct attachment *attachment)
{
	CLEANUP(mem_free_at) char *type = filetype_of(composition_attachment_name(attachment));

	return strncmp(type, "text/", sizeof "text/" - 1) == 0;
}

/* Attaches standard input. A text is read twice, because its header names the charset. */
static bool put_stdin(struct composer *c, const struct attachment *attachment, struct err *err)
{
	CLEANUP(source_done) struct source source = SOURCE_INIT;

	source.is_file = true;
	if (!is_text(attachment))
		return put_file(c, attachment, (struct bytes){ .fd = c->in }, NULL, err);
	return read_stdin(c, &source, err) &&
	       put_file(c, attachment, (struct bytes){ .kept = &source.kept },
			part_text_charset(&source.text), err);
}

static bool put_attachment(struct composer *c, const struct attachment *attachment, struct err *err)
{
	struct part_text text;

	if (composition_is_stdin(attachment->path))
		return put_stdin(c, attachment, err);
	CLEANUP(fs_close_at) int fd = source_open_file(attachment->path, err);
	if (fd < 0)
		return false;
	if (!is_text(attachment))
		return put_file(c, attachment, (struct bytes){ .fd = fd }, NULL, err);
	return source_judge(fd, attachment->path, &text, err) &&
	       put_again(c, attachment, fd, &text, err);
}

static bool put_mixed(struct composer *c, struct err *err)
{
	const struct composition *wish = c->wish;
	struct frame frame;

	if (!begin_frame(c, &frame, "mixed", err))
		return false;
	if ((has_text(c) || c->html.is_there) && (!next_part(c, &frame, err) || !put_texts(c, err)))
		return false;
	for (size_t i = 0; i < wish->attachment_count; i++)
		if (!next_part(c, &frame, err) || !put_attachment(c, &wish->attachments[i], err))
			return err->kind == ERR_NOINPUT ? err_wrap(err, "--attach") : false;
	return end_frame(c, &frame, err);
}

bool compose_message(const struct request *request, int in, struct message *message,
		     struct err *err)
{
	CLEANUP(composer_done)
	struct composer c = { .request = request,
			      .wish = &request->composition,
			      .message = message,
			      .in = in,
			      .text = SOURCE_INIT,
			      .html = SOURCE_INIT };

	if (!check_attachments(c.wish, err) || !read_texts(&c, err))
		return false;
	message_begin(message);
	return put_header(&c, err) &&
	       (c.wish->attachment_count > 0 ? put_mixed(&c, err) : put_texts(&c, err)) &&
	       message_end(message, err);
}
