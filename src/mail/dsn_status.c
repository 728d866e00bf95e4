/* dsn_status.c - the machine-readable part of a DSN */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/dsn_status.h"

#include "mail/dsn_text.h"
#include "mail/field.h"

#include <string.h>

#define DIGITS "0123456789"

/* The server's words; the whole text if there is no reply. */
static const char *words_of(const struct err *err)
{
	size_t len = err->text ? strlen(err->text) : 0;

	if (!len)
		return "";
	return err->reply_len && err->reply_len <= len ? err->text + len - err->reply_len
						       : err->text;
}

/*
 * Whether it is an enhanced code of RFC 3463 for a failure: class 4, or class 5 if the failure is
 * final.
 */
static bool is_enhanced_code(const char *code, bool is_delay)
{
	if ((code[0] != '4' && (code[0] != '5' || is_delay)) || code[1] != '.')
		return false;
	size_t subject_len = strspn(code + 2, DIGITS);
	const char *detail = code + 2 + subject_len + 1;
	if (!subject_len || detail[-1] != '.')
		return false;
	return *detail && !detail[strspn(detail, DIGITS)];
}

/* A recipient that failed without a permanent rejection has expired: code 4.4.7. */
static const char *status_of(const struct dsn *dsn, const struct err *err)
{
	bool is_delay = dsn->kind == DSN_DELAYED;

	if (is_enhanced_code(err->enhanced, is_delay))
		return err->enhanced;
	if (is_delay || err->code / 100 == 4)
		return "4.0.0";
	return err->code / 100 != 5 && err_fate(err->kind) == FATE_RETRY ? "4.4.7" : "5.0.0";
}

static void add_diagnostic(struct str *out, const struct err *err)
{
	CLEANUP(str_done) struct str words = STR_INIT;
	CLEANUP(str_done) struct str plain = STR_INIT;

	dsn_text_add_words(&words, words_of(err));
	if (!words.len)
		return;
	str_add(&plain, err->code ? "smtp; " : "X-mailchute; ");
	field_add_ascii(&plain, words.bytes, DSN_TEXT_MAX);
	str_add(out, "Diagnostic-Code: ");
	dsn_text_add_wrapped(out, plain.bytes, sizeof "Diagnostic-Code: " - 1, " ");
}

/* Appends a path as utf-8-addr-xtext of RFC 6533 section 3. */
static void add_utf8_xtext(struct str *out, const char *path)
{
	size_t left = strlen(path);

	while (left) {
		size_t step = str_utf8_len(path, left);
		bool is_plain = *path > ' ' && *path < 0x7F && !strchr("+=\\", *path);
		if (is_plain || !step)
			str_add_char(out, is_plain ? *path : '?');
		else
			str_addf(out, "\\x{%lX}", str_code_point(path, step));
		path += step ? step : 1;
		left -= step ? step : 1;
	}
}

static void add_final_recipient(struct str *out, const char *path)
{
	CLEANUP(str_done) struct str value = STR_INIT;

	if (str_is_ascii(path, strlen(path))) {
		str_addf(&value, "rfc822; %s", path);
	} else {
		str_add(&value, "utf-8; ");
		add_utf8_xtext(&value, path);
	}
	field_add_value(out, "Final-Recipient", value.bytes);
}

static int hex_value(char c)
{
	static const char digits[] = "0123456789ABCDEF";
	const char *found = c ? strchr(digits, c) : NULL;

	return found ? (int)(found - digits) : -1;
}

/* Decodes the xtext of RFC 3461 section 4 where that gives printable ASCII. */
static void add_xtext_field(struct str *out, const char *name, const char *text)
{
	CLEANUP(str_done) struct str value = STR_INIT;

	for (; *text; text++) {
		int high = *text == '+' ? hex_value(text[1]) : -1;
		int low = high >= 0 ? hex_value(text[2]) : -1;
		int code = low >= 0 ? high * 16 + low : 0;
		bool is_plain = code >= ' ' && code < 0x7F;
		str_add_char(&value, is_plain ? (char)code : *text);
		text += is_plain ? 2 : 0;
	}
	field_add_value(out, name, value.bytes);
}

/* RFC 3464 section 2.3. */
static void add_recipient_fields(struct str *out, const struct dsn *dsn,
				 const struct recipient *recipient)
{
	str_add(out, "\r\n");
	if (recipient->orcpt)
		add_xtext_field(out, "Original-Recipient", recipient->orcpt);
	add_final_recipient(out, recipient->address);
	field_add_value(out, "Action", dsn->kind == DSN_FAILED ? "failed" : "delayed");
	field_add_value(out, "Status", status_of(dsn, &recipient->err));
	if (dsn->relay && recipient->err.code) {
		CLEANUP(mem_free_at) char *relay = str_format("dns; %s", dsn->relay);
		field_add_value(out, "Remote-MTA", relay);
	}
	add_diagnostic(out, &recipient->err);
	field_add_date(out, "Last-Attempt-Date", dsn->last_attempt);
	if (dsn->kind == DSN_DELAYED)
		field_add_date(out, "Will-Retry-Until", dsn->retry_until);
}

/* RFC 3464 section 2.2. */
void dsn_status_add(const struct dsn *dsn, struct str *out)
{
	CLEANUP(mem_free_at) char *host = str_format("dns; %s", dsn->host);

	if (dsn->envid)
		add_xtext_field(out, "Original-Envelope-Id", dsn->envid);
	field_add_value(out, "Reporting-MTA", host);
	field_add_date(out, "Arrival-Date", dsn->created);
	for (size_t i = 0; i < dsn->count; i++)
		add_recipient_fields(out, dsn, dsn->recipients[i]);
}
