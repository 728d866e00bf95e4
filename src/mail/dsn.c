/* dsn.c - delivery status notifications */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/dsn.h"

#include "base/ascii.h"
#include "base/clock.h"
#include "mail/dsn_status.h"
#include "mail/dsn_text.h"
#include "mail/encoder.h"
#include "mail/encoding.h"
#include "mail/field.h"
#include "mail/lines.h"
#include "mail/mime.h"

#include <string.h>

enum {
	LINE_OCTETS_MAX = 998, /* RFC 5322 section 2.1.1 */
	REFERENCE_MAX = 900,
	HEADER_MAX = 64 * 1024, /* of the original's header */
	BOUNDARY_NAME_MAX = 40,
	PARTS = 3,
};

/*
 * The texts are not translated: the reader may be elsewhere, and the locale of a queue run is not
 * that of the reader.
 */
static const struct {
	const char *subject;
	const char *verdict;
} kinds[] = {
	[DSN_FAILED] = { "Not delivered", "could not be delivered to" },
	[DSN_DELAYED] = { "Delayed", "has not been delivered yet to" },
};

static void add_explanation(struct str *out, const struct dsn *dsn)
{
	str_addf(out, "This is the mail program on %s.\r\n\r\nYour message of ", dsn->host);
	clock_add_date(out, dsn->created);
	str_addf(out, "\r\n%s:\r\n", kinds[dsn->kind].verdict);
	for (size_t i = 0; i < dsn->count; i++) {
		const struct recipient *recipient = dsn->recipients[i];
		CLEANUP(str_done) struct str words = STR_INIT;
		dsn_text_add_words(&words, recipient->err.text ? recipient->err.text : "");
		str_addf(out, "\r\n  <%s>\r\n", recipient->address);
		if (!words.len)
			continue;
		str_add(out, "    ");
		dsn_text_add_wrapped(out, words.bytes, 4, "    ");
	}
}

static void add_outlook(struct str *out, const struct dsn *dsn)
{
	if (dsn->kind == DSN_FAILED && dsn->is_unsendable) {
		str_addf(out,
			 "\r\nIt can't be sent as it is. A copy is kept there;\r\n"
			 "this command shows it:\r\n\r\n"
			 "  mailchute --queue-show %s\r\n",
			 dsn->id);
	} else if (dsn->kind == DSN_FAILED) {
		str_addf(out,
			 "\r\nIt will not be tried again. A copy is kept there;\r\n"
			 "this command sends it once more:\r\n\r\n"
			 "  mailchute --queue-retry %s\r\n",
			 dsn->id);
	} else {
		str_add(out, "\r\nIt will be tried again");
		if (dsn->retry_until) {
			str_add(out, " until ");
			clock_add_date(out, dsn->retry_until);
		}
		str_add(out, ".\r\nThere is no need to send it once more.\r\n");
	}
	str_add(out, "\r\nThe header of your message is attached.\r\n");
}

/* Appends as many whole fields as fit. */
static void add_original(struct str *out, const struct header *original)
{
	size_t start = original->count ? original->fields[0].start : 0;
	size_t end = start;

	for (size_t i = 0; i < original->count; i++) {
		if (original->fields[i].end - start > HEADER_MAX)
			break;
		end = original->fields[i].end;
	}
	str_add_n(out, original->bytes + start, end - start);
}

static bool needs_encoding(const char *line, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (line[i] != '\t' && (line[i] < ' ' || line[i] == 0x7F))
			return true;
	return len > LINE_OCTETS_MAX;
}

/* Whether a line can't be sent as it is; lines end CRLF. */
static bool has_unfit_line(const struct str *lines)
{
	for (size_t at = 0, len; at < lines->len; at += len + 2) {
		const char *line = lines->bytes + at;
		const char *end = memmem(line, lines->len - at, "\r\n", 2);
		len = end ? (size_t)(end - line) : lines->len - at;
		if (needs_encoding(line, len))
			return true;
	}
	return false;
}

/* Appends a part with its header, encoded if a line can't be sent as it is. */
static void add_dsn_part(struct str *out, const char *type, const struct str *text)
{
	CLEANUP(str_done) struct str lines = STR_INIT;
	struct lines state = { 0 };
	struct encoder encoder;

	lines_add_crlf(&state, text->bytes, text->len, &lines);
	if (lines.len > 0 && lines.bytes[lines.len - 1] != '\n')
		str_add(&lines, "\r\n");
	str_addf(out, "Content-Type: %s\r\n", type);
	if (!has_unfit_line(&lines)) {
		str_addf(out, "\r\n%s", lines.bytes);
		return;
	}
	str_add(out, "Content-Transfer-Encoding: quoted-printable\r\n\r\n");
	encoder_init(&encoder, ENCODING_QUOTED_PRINTABLE);
	encoder_take(&encoder, lines.bytes, lines.len, out);
	encoder_end(&encoder, out);
}

static bool occurs(const struct str parts[PARTS], const char *boundary)
{
	for (int i = 0; i < PARTS; i++)
		if (memmem(parts[i].bytes, parts[i].len, boundary, strlen(boundary)))
			return true;
	return false;
}

/*
 * The author of the original can't foresee the Message-ID in the boundary, so the first choice
 * rarely occurs in a part.
 */
static void choose_boundary(struct str *boundary, const char *message_id,
			    const struct str parts[PARTS])
{
	CLEANUP(str_done) struct str name = STR_INIT;

	for (; *message_id && name.len < BOUNDARY_NAME_MAX; message_id++)
		if (ascii_is_alphanumeric(*message_id))
			str_add_char(&name, *message_id);
	for (unsigned number = 0; !number || occurs(parts, boundary->bytes); number++) {
		str_clear(boundary);
		str_addf(boundary, "=_%s_%u", name.bytes, number);
	}
}

/* Refers to the original's Message-ID, so that mail readers show both messages in one thread. */
static void add_reference(struct str *out, const struct header *original)
{
	const struct header_field *field = header_find(original, "Message-ID");
	CLEANUP(str_done) struct str id = STR_INIT;

	if (!field)
		return;
	header_add_unfolded(original, field, &id);
	for (size_t i = 0; i < id.len; i++)
		if (id.bytes[i] <= ' ' || id.bytes[i] >= 0x7F)
			return;
	if (id.len < 3 || id.len > REFERENCE_MAX || id.bytes[0] != '<' ||
	    id.bytes[id.len - 1] != '>')
		return;
	str_addf(out, "References: %s\r\n", id.bytes);
}

static void add_subject(struct str *out, const struct dsn *dsn)
{
	CLEANUP(str_done) struct str subject = STR_INIT;

	str_add(&subject, kinds[dsn->kind].subject);
	if (dsn->count)
		str_addf(&subject, ": %s", dsn->recipients[0]->address);
	if (dsn->count > 1)
		str_addf(&subject, " and %zu more", dsn->count - 1);
	if (str_is_ascii(subject.bytes, subject.len)) {
		field_add_value(out, "Subject", subject.bytes);
		return;
	}
	str_add(out, "Subject: ");
	mime_add_encoded_words(out, subject.bytes, sizeof "Subject: " - 1);
	str_add(out, "\r\n");
}

static void add_header(struct str *out, const struct dsn *dsn, const char *boundary)
{
	field_add_date(out, "Date", dsn->now);
	str_add(out, "From: ");
	address_add_mailbox(out, "Mail Delivery System", dsn->from);
	str_addf(out, "\r\nTo: %s\r\n", dsn->to);
	add_subject(out, dsn);
	field_add_value(out, "Message-ID", dsn->message_id);
	add_reference(out, dsn->original);
	str_addf(out,
		 "Auto-Submitted: auto-replied\r\n"
		 "MIME-Version: 1.0\r\n"
		 "Content-Type: multipart/report; report-type=delivery-status;\r\n"
		 " boundary=\"%s\"\r\n"
		 "\r\n",
		 boundary);
}

void dsn_add(const struct dsn *dsn, struct str *out)
{
	static const char *const types[PARTS] = {
		"text/plain; charset=utf-8",
		"message/delivery-status",
		"text/rfc822-headers",
	};
	struct str texts[PARTS] = { STR_INIT, STR_INIT, STR_INIT };
	struct str parts[PARTS] = { STR_INIT, STR_INIT, STR_INIT };
	CLEANUP(str_done) struct str boundary = STR_INIT;

	add_explanation(&texts[0], dsn);
	add_outlook(&texts[0], dsn);
	dsn_status_add(dsn, &texts[1]);
	add_original(&texts[2], dsn->original);
	for (int i = 0; i < PARTS; i++)
		add_dsn_part(&parts[i], types[i], &texts[i]);
	choose_boundary(&boundary, dsn->message_id, parts);
	add_header(out, dsn, boundary.bytes);
	for (int i = 0; i < PARTS; i++) {
		str_addf(out, "--%s\r\n%s\r\n", boundary.bytes, parts[i].bytes);
		str_done(&texts[i]);
		str_done(&parts[i]);
	}
	str_addf(out, "--%s--\r\n", boundary.bytes);
}
