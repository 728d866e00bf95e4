/* capabilities.h - the extensions that a server offers in its reply to EHLO; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "smtp/reply.h"

#include <stdint.h>

enum capability {
	CAP_PIPELINING = 1 << 0, /* RFC 2920 */
	CAP_SIZE = 1 << 1,       /* RFC 1870 */
	CAP_8BITMIME = 1 << 2,   /* RFC 6152 */
	CAP_DSN = 1 << 3,        /* RFC 3461 */
	CAP_SMTPUTF8 = 1 << 4,   /* RFC 6531 */
	CAP_STARTTLS = 1 << 5,   /* RFC 3207 */
	CAP_AUTH = 1 << 6,       /* RFC 4954 */
	CAP_LIMITS = 1 << 7,     /* RFC 9422 */
	CAP_CHUNKING = 1 << 8,   /* RFC 3030 */
	CAP_ETRN = 1 << 9,       /* RFC 1985 */
};

/* A server's offer. `mechanisms` are in upper case, with a blank before and after each. */
struct capabilities {
	unsigned has;
	uint64_t size_limit; /* 0: unknown */
	uint64_t mail_max;   /* messages per session; 0: unknown */
	struct str mechanisms;
};

void capabilities_done(struct capabilities *capabilities);

/*
 * Reads the reply to EHLO or LHLO: its first line is the server's name, each other line a keyword
 * and its parameters, RFC 5321 section 4.1.1.1. Earlier capabilities are dropped.
 */
void capabilities_read(struct capabilities *capabilities, const struct reply *reply);

/*
 * Drops the extensions, and their parameters, that a list of conf/extensions.h names (NULL: none).
 * STARTTLS and AUTH stay.
 */
void capabilities_ignore(struct capabilities *capabilities, const char *list);

/* Appends the keywords of a set (enum capability), separated by blanks. */
void capabilities_print(unsigned extensions, struct str *out);

/* Returns the set that a list of conf/extensions.h names. */
unsigned capabilities_parse(const char *list);

/* Whether the server offers that mechanism (upper case). */
bool capabilities_has_mechanism(const struct capabilities *capabilities, const char *mechanism);
