/* message.h - a message: stdin in a file without a name, an index of its header, and its facts */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/scratch.h"
#include "mail/content_facts.h"
#include "mail/header.h"

#include <stdint.h>
#include <sys/types.h>

enum {
	MESSAGE_BODY_AT = 4096, /* the queue's record takes the bytes before it */
	MESSAGE_HEADER_MAX = 32 * 1024 * 1024,
};

/*
 * The file holds the body, and after it the completed header with the empty line. The body is as
 * given, except that its lines end CRLF; it may contain bare CRs and NULs, the header can't.
 * `header` is the index of the given header. Only that header is in memory; file and body are on
 * disk, unless no disk takes them.
 *
 * `is_unreadable`: the header can't be read, because it is too long or the input is UTF-16. The
 * whole input is then the body, with CRLF at the end of each line, and the header is empty. Such a
 * message can be kept and shown, not sent. message_read reads it to the end only if
 * `keeps_unreadable` is set.
 */
struct intake;

struct message {
	struct scratch kept;
	struct intake *intake; /* while the message is read */
	struct str given;
	struct header header;
	uint64_t body_len;
	uint64_t header_len;
	struct content_facts
		header_facts; /* of the completed header; until then of the given one */
	struct content_facts body_facts;
	bool is_whole; /* message_end has stored all input in the file */
	bool keeps_unreadable;
	bool is_unreadable;
};

void message_init(struct message *message);
void message_done(struct message *message);

/*
 * Sets the queue's file for the message, owned by the caller; or says that it is in there already.
 */
void message_use(struct message *message, int fd);
/* Whether it is in that file; a message leaves a file that takes no more bytes. */
bool message_is_in(const struct message *message, int fd);
/* Another view of the same bytes, valid while `from` is unchanged. */
void message_share(struct message *message, const struct message *from);

/*
 * Reads a message to the end of the descriptor. Stores it in the file of message_use; without such
 * a file, or if it takes no more bytes, in temporary storage (see scratch.h). LF with any CRs
 * before it ends a line; the last line gets a line end if it has none. Removes a byte order mark of
 * UTF-8, the separator lines of mailbox files, and empty lines above a known header field. In the
 * header a bare CR or a NUL becomes a blank. A line that belongs to no header field begins the
 * body. ERR_INPUT: the header exceeds MESSAGE_HEADER_MAX, or the input is UTF-16; ERR_IO,
 * ERR_SYSTEM: reading or storing failed.
 */
bool message_read(struct message *message, int fd, struct err *err) MUST_USE;

/*
 * The same in pieces, for input that has no descriptor. After a failure only message_done is
 * allowed. Exception: if `is_unreadable`, the other pieces may be given, too; message_end then
 * tells whether the file has the whole input.
 */
void message_begin(struct message *message);
bool message_take(struct message *message, const char *bytes, size_t len, struct err *err) MUST_USE;
bool message_end(struct message *message, struct err *err) MUST_USE;

/*
 * Writes the completed header after the body: fields whose lines end CRLF, without the empty line.
 * ERR_IO.
 */
bool message_complete(struct message *message, const struct str *header, struct err *err) MUST_USE;

/*
 * Replaces the message by another completed one. Its bytes are moved into the file of `to`, which
 * is truncated to fit; if that file takes no more bytes, `to` gets the file of `from`. The index of
 * the given header stays. `from` is empty afterwards.
 */
void message_replace(struct message *to, struct message *from);

/*
 * Octets of the completed message as RFC 1870 counts them: CRLF is two, stuffed dots do not count.
 */
uint64_t message_size(const struct message *message);

/*
 * Reads up to `len` bytes of the completed message (header first) from an offset; fewer only at the
 * end of header or message. Returns how many, 0 at the end, -1 on failure (ERR_IO).
 */
ssize_t message_read_at(const struct message *message, uint64_t offset, char *bytes, size_t len,
			struct err *err) MUST_USE;
