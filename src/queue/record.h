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
 *	block     RECORD_BLOCK bytes: what never changes, under a checksum; behind it, in fields of
 *	          fixed width, what an attempt changes in place
 *	body      the message's body, lines ending CRLF
 *	header    the completed header with the empty line
 *	envelope  sender, recipients, and what finds the way again
 *	status    one byte a recipient, changed in place, outside the checksum
 *	trailer   "END <id>\n"; where it is missing the file is incomplete and never sent
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
 *when it is damaged, and after three attempts that ended in a crash or in doubt.
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

/* Of an offset or a length: sums of three still fit. */
#define RECORD_OFFSET_MAX 999999999999999ULL

enum record_flag {
	RECORD_ROUTE_FAILED = 1 << 0, /* the relay was the trouble: a success there makes it due */
	RECORD_STOPPED_RUN = 1 << 1,  /* the relay hung up at it: others go first */
	RECORD_NULL_REFUSED = 1 << 2, /* the relay takes no null sender: use the account's */
	RECORD_SENDER_GIVEN = 1 << 3, /* a sender that no config may change */
	RECORD_RELEASED = 1 << 4,     /* a person let it go before its time */
};

struct record_part {
	uint64_t at;
	uint64_t len;
};

/* What changes; times are seconds since 1970. */
struct record_progress {
	unsigned begun;   /* attempts begun */
	unsigned ended;   /* attempts ended: a difference of three means that it crashes us */
	unsigned doubts;  /* rounds that ended in doubt */
	unsigned counted; /* attempts that count towards expiry */
	int64_t last_counted;
	int64_t next_try;
	unsigned flags;
};

/*
 * A record. `config_file` is the one named on the command line (NULL: the usual ones), `account`
 * the account's name (NULL: none), `options` the settings of the command line as name and value in
 * turn, `option_count` pairs of them. `is_raw` marks a message that was saved before there was a
 * config: header and sender are completed at the first attempt. `not_before` is the time that its
 * sender wants it to be sent at (0: at once); as it never changes, it can't be torn.
 * `is_unfiltered` says that it has not gone through the account's filter, which then each attempt
 * does. `is_unsendable` marks a copy of what we have refused ourselves, as its header or an address
 * in it has no meaning: it is only shown, none of its recipients is ever pending, and the addresses
 * of these are texts. `uid` is who gave it in. `bounce` is who is told of a failure in the place of
 * the sender, "" for nobody (NULL: the sender). `about` is the id of the message that a notice of
 * ours is about (NULL: it is none).
 */
struct record {
	char id[RECORD_ID_LEN + 1];
	int64_t created;
	int64_t expires;
	struct record_part body;
	struct record_part header;
	struct record_part envelope_part;
	uint64_t status_at;
	uint64_t notes_at; /* behind the trailer: a file that ends before it is incomplete */
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
/* How a recipient's status is called: "pending", "in doubt", "done" or "failed". */
const char *record_status_name(enum recipient_status status);

/* Whether a recipient has failed of whom the sender has not been told yet. */
bool record_has_untold(const struct record *record);

/* Octets of the message: header and body. */
uint64_t record_size(const struct record *record);

/* Appends a setting of the command line; takes both texts over. */
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
 * Makes the id of a message that is about another one: the same from the same id and number, so
 * that it is not made twice, and of the same time.
 */
void record_derive_id(const char *id, uint32_t number, char derived[RECORD_ID_LEN + 1]);

/*
 * Appends the envelope, status and trailer parts, which follow the header part in the file; sets
 * envelope_part, status_at and notes_at. There is at least one recipient.
 */
void record_add_envelope(struct record *record, struct str *out);
/* Writes the block of RECORD_BLOCK bytes; the parts and the crc have to be known. */
void record_write_block(const struct record *record, char block[RECORD_BLOCK]);
/* The bytes of the block that the checksum covers, without the checksum itself. */
size_t record_checked_len(void);

/*
 * Where the changing fields are in the block, and their bytes. They lie in the first 512 bytes and
 * are written with one call.
 */
struct record_part record_progress_part(void);
void record_write_progress(const struct record_progress *progress, char *bytes);

/*
 * Read what the functions above wrote, and nothing else. `file_size` bounds every offset. ERR_INPUT
 * says what is wrong with the file; what was read until then is for record_done. The checksum is
 * the caller's, who sees the whole file. Progress that can't be read is zeros, and no error.
 */
bool record_read_block(struct record *record, const char block[RECORD_BLOCK], uint64_t file_size,
		       struct err *err) MUST_USE;
/*
 * Reads envelope, status and trailer parts (all of them in one piece of bytes, and maybe notes
 * behind them) into a record whose block was read.
 */
bool record_read_envelope(struct record *record, const char *bytes, size_t len,
			  struct err *err) MUST_USE;
