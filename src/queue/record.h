/* record.h - the format of a queue file; pure: bytes in, values out */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/str.h"
#include "mail/content_facts.h"
#include "mail/envelope.h"

#include <stdint.h>

/*
 * A queue file holds one message:
 *
 *	block     RECORD_BLOCK bytes: what never changes, under a checksum; after it, in fields of
 *	          fixed width, what an attempt changes in place (block.c)
 *	body      the message's body, lines ending CRLF
 *	header    the completed header with the empty line
 *	envelope  sender, recipients, and the account and options for the next attempt
 *	status    one byte a recipient, changed in place, outside the checksum
 *	trailer   "END <id>\n"; a file without it is incomplete and never sent
 *	notes     appended by attempts: time, attempt, recipient, the server's words
 *
 * A recipient's status byte:
 *
 *	from  to   when
 *	.     ?    just before the last byte of the content is sent
 *	?     D    the server said 2yz
 *	?     .    the server said 4yz, or the transaction ended before that last byte
 *	?     f    the server said 5yz
 *	.     f    the recipient, the sender or the message was refused for good, or it expired
 *	f     c    just before on_failure is run
 *	f c   F    the sender has been told, or must not be
 *	f c F .    a person asked for another try
 *
 * A file is in q/ while any byte is `.` or `?`. It is unlinked when all are D. It is renamed to
 * failed/ when none is `.`, `?`, f or c and one is F. It is renamed to hold/ when a person asks,
 * when it is damaged, and after three attempts that ended in a crash or in doubt.
 */
enum {
	RECORD_BLOCK = 4096,
	RECORD_ID_LEN = 24,
	RECORD_ID_TIME_LEN = 16,
	RECORD_TRAILER_LEN = 29,
	RECORD_ENVELOPE_MAX = 64 * 1024 * 1024,
};

/* The last second of the year 9999: no time in a record is later. */
#define RECORD_TIME_MAX 253402300799LL

/* The greatest offset or length: the sum of three still fits. */
#define RECORD_OFFSET_MAX 999999999999999ULL

enum record_flag {
	RECORD_ROUTE_FAILED = 1 << 0, /* the relay failed: a later success there makes it due */
	RECORD_STOPPED_RUN = 1 << 1,  /* the relay hung up at this message: others go first */
	RECORD_NULL_REFUSED = 1 << 2, /* the relay takes no null sender: use the account's */
	RECORD_SENDER_GIVEN = 1 << 3, /* no config may change the sender */
	RECORD_RELEASED = 1 << 4,     /* a person released it before its time */
};

struct record_part {
	uint64_t at;
	uint64_t len;
};

/* The fields that attempts change; times are seconds since 1970. */
struct record_progress {
	unsigned begun;   /* attempts begun */
	unsigned ended;   /* attempts ended: a difference of three means crashes */
	unsigned doubts;  /* rounds that ended in doubt */
	unsigned counted; /* attempts that count towards expiry */
	int64_t last_counted;
	int64_t next_try;
	unsigned flags;
};

/*
 * A record.
 *
 *	config_file    as named on the command line (NULL: the usual files)
 *	account        the account's name (NULL: none)
 *	options        settings of the command line, name and value in turn: option_count pairs
 *	not_before     when the sender wants it to be sent (0: at once); it never changes
 *	uid            the user who handed the message in
 *	bounce         the recipient of a notice of failure (NULL: the sender; "": no notice)
 *	about          the id of the message that this notice is about (NULL: no notice of ours)
 *	is_raw         saved before there was a config: the first attempt completes the header and
 *	               the sender
 *	is_unfiltered  each attempt sends it through the account's filter, which was not run yet
 *	is_unsendable  a copy of a message that we rejected ourselves, as its header or an address
 *	               has no meaning. It is only shown. None of its recipients is ever pending,
 *	               and their addresses may be any text.
 */
struct record {
	char id[RECORD_ID_LEN + 1];
	int64_t created;
	int64_t expires;
	struct record_part body;
	struct record_part header;
	struct record_part envelope_part;
	uint64_t status_at;
	uint64_t notes_at; /* after the trailer: a file that ends before it is incomplete */
	uint32_t crc;
	struct record_progress progress;
	struct envelope envelope;
	struct content_facts header_facts; /* of the message */
	struct content_facts body_facts;
	char *config_file;
	char *account;
	char *bounce;
	char *about;
	char **options;
	size_t option_count;
	int64_t not_before;
	unsigned uid;
	bool is_raw;
	bool is_unfiltered;
	bool is_unsendable;
};

void record_init(struct record *record);
void record_done(struct record *record);
/* The word for a recipient's status: "pending", "in doubt", "done" or "failed". */
const char *record_status_name(enum recipient_status status);

/* Whether a recipient has failed and the sender has not been told yet. */
bool record_has_untold(const struct record *record);

/* The size of the message, header and body, in octets. */
uint64_t record_size(const struct record *record);

/* Appends a setting of the command line; takes over both texts. */
void record_add_option(struct record *record, char *name, char *value);

/*
 * Whether a file's name is an id: 16 hexadecimal digits of microseconds, 8 of RFC 4648's base32, in
 * capitals.
 */
bool record_is_id(const char *name);
/* Makes an id from the time in microseconds and 5 random bytes. */
void record_make_id(char id[RECORD_ID_LEN + 1], uint64_t microseconds,
		    const unsigned char random[5]);
/*
 * Makes the id of a message about another one. The same id and number give the same id, so that the
 * message is not queued twice; the time in it is the same, too.
 */
void record_derive_id(const char *id, uint32_t number, char derived[RECORD_ID_LEN + 1]);
