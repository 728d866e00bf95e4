/* field.h - header fields that we write: texts, lists of addresses, values */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "mail/address.h"

#include <time.h>

/*
 * Appends a text from outside in a form that is safe in a header field or as a file name. `instead`
 * replaces each control character (C0, DEL, C1, line separators, direction marks) and each byte
 * that is not UTF-8.
 */
void field_clean(const char *text, char instead, struct str *out);

/*
 * Appends a whole field with unstructured text, such as a subject: ASCII unchanged and folded
 * between words, other text as encoded-words. Blanks at both ends are left out. An empty text makes
 * no field. RFC 5322 section 2.2.1.
 */
void field_add_text(struct str *out, const char *name, const char *text);

/* Appends a whole field with these mailboxes; nothing if there are none. */
void field_add_addresses(struct str *out, const char *name, const struct address_list *list);

/* Appends a text as printable ASCII, up to `max` bytes; other characters become `?`. */
void field_add_ascii(struct str *out, const char *text, size_t max);

/*
 * Appends a whole field with such a value, cut where the line would exceed the limit of RFC 5322.
 */
void field_add_value(struct str *out, const char *name, const char *value);

/* Appends a whole field with a date; nothing if `when` is 0. */
void field_add_date(struct str *out, const char *name, time_t when);
