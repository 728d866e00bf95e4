/* field.h - header fields that we write: texts, lists of addresses, values */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "mail/address.h"

#include <time.h>

/*
 * Appends a text from outside as something that can stand in a header field or be a file's name:
 * `instead` stands for each control character (C0, DEL, C1, line separators, those that change the
 * direction of what follows) and each byte that is no UTF-8.
 */
void field_clean(const char *text, char instead, struct str *out);

/*
 * Appends a whole field with a text that has no structure, such as a subject: in ASCII as it is and
 * folded between words, else as encoded-words. Blanks at its ends are left out, and so is a field
 * without any text. RFC 5322 section 2.2.1.
 */
void field_add_text(struct str *out, const char *name, const char *text);

/* Appends a whole field with these mailboxes, nothing where there are none. */
void field_add_addresses(struct str *out, const char *name, const struct address_list *list);

/* Appends a text as printable ASCII, up to `max` bytes; any other character becomes `?`. */
void field_add_ascii(struct str *out, const char *text, size_t max);

/* Appends a whole field with such a value, cut where a line would be longer than RFC 5322 allows.
 */
void field_add_value(struct str *out, const char *name, const char *value);

/* Appends a whole field with a date, nothing where it is 0. */
void field_add_date(struct str *out, const char *name, time_t when);
