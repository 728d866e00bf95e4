/* envelope.h - sender and recipients, each with room for its result */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "mail/recipient.h"

#include <stdint.h>

/*
 * The envelope of a message, and its result. `sender` is "" for the null sender. `ret` and `envid`
 * are the parameters of RFC 3461 (NULL: none). `size` is that of the message in octets as RFC 1870
 * counts them. `reply_code` and `reply` hold the server's final reply, made printable line by line.
 */
struct envelope {
	char *sender;
	struct recipient *recipients;
	size_t count;
	char *ret;
	char *envid;
	uint64_t size;
	int reply_code;
	char *reply;
};

void envelope_init(struct envelope *envelope);
void envelope_done(struct envelope *envelope);

/*
 * Adds a pending recipient; takes ownership of the address. The returned pointer is valid until the
 * next call.
 */
struct recipient *envelope_add(struct envelope *envelope, char *address);

/*
 * Removes recipients whose address occurs earlier in the list: the same local part, byte for byte,
 * and the same domain. A domain is compared without case, and is the same in A-labels and U-labels.
 */
void envelope_drop_repeated(struct envelope *envelope);

/* Returns the first open recipient with an error, or NULL. */
const struct recipient *envelope_first_failure(const struct envelope *envelope);
size_t envelope_count_open(const struct envelope *envelope);
/* Counts the recipients with that status. */
size_t envelope_count_status(const struct envelope *envelope, enum recipient_status status);
size_t envelope_count_accepted(const struct envelope *envelope);
/* Clears the results of an earlier transaction. */
void envelope_clear_results(struct envelope *envelope);
/* Whether a text is valid xtext (ENVID, ORCPT). RFC 3461 section 4. */
bool envelope_is_xtext(const char *text);
/*
 * Whether an address needs SMTPUTF8 (RFC 6531): its local part is not ASCII. A domain does not need
 * it, as it can be sent in A-labels.
 */
bool envelope_needs_utf8(const struct envelope *envelope);
bool envelope_path_needs_utf8(const char *path);
