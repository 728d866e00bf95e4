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
	MESSAGE_BODY_AT = 4096, /* what is before it belongs to the queue's record */
	MESSAGE_HEADER_MAX = 32 * 1024 * 1024,
};

/*
 * The file holds the body as given, save that its lines end CRLF, and behind it the completed
 * header with the empty line. A body may have bare CRs and NULs, a header has none any more.
 * `header` is the index of the header as it was given; that is in memory, the rest only
 * where no disk takes it.
 *
 * `is_unreadable` says that the header can't be read: it is too long, or the input is UTF-16. Then
 * the whole input is the body, with CRLF at the end of each line, and the header is empty: such a
 * message can be kept and shown, not sent. message_read goes on to the end of such an input only
 * where `keeps_unreadable` is set.
 */
struct intake;

struct message {
	struct scratch kept;
	struct intake *intake; /* while it is being read */
	struct str given;
	struct header header;
	uint64_t body_len;
	uint64_t header_len;
	struct content_facts
		header_facts; /* of the completed header, before that of the given one */
	struct content_facts body_facts;
	bool is_whole; /* message_end has brought all of the input into the file */
	bool keeps_unreadable;
	bool is_unreadable;
};

void message_init(struct message *message);
void message_done(struct message *message);

/* Puts the message into a queue's file, which the caller owns, or says that it lies in there. */
void message_use(struct message *message, int fd);
/* Whether it lies there; a file that took no more was left for another place. */
bool message_is_in(const struct message *message, int fd);
/* Another view of the same bytes, for as long as `from` stays as it is. */
void message_share(struct message *message, const struct message *from);

/*
 * Reads a message to the end of the descriptor, into the file of message_use, or
 * where there is none, or it takes no more, into a place of its own (see scratch.h). A line ends
 * with LF and any CRs before it; the last one gets a line end if it has none. Dropped are a byte
 * order mark of UTF-8, the lines that part messages in mailbox files, and empty lines above a
 * field that messages have. In the header a bare CR or a NUL becomes a blank. A line that belongs
 * to no header field begins the body. ERR_INPUT: a header over MESSAGE_HEADER_MAX, or UTF-16;
 * ERR_IO, ERR_SYSTEM: reading it, or keeping it, failed.
 */
bool message_read(struct message *message, int fd, struct err *err) MUST_USE;

/*
 * The same in pieces, for input that is no descriptor. After a failure only message_done is left,
 * but where the message `is_unreadable` the other pieces can be given, too; message_end then says
 * whether the input is in the file as a whole.
 */
void message_begin(struct message *message);
bool message_take(struct message *message, const char *bytes, size_t len, struct err *err) MUST_USE;
bool message_end(struct message *message, struct err *err) MUST_USE;

/*
 * Writes the completed header behind the body: fields whose lines end CRLF, without the empty line.
 * ERR_IO.
 */
bool message_complete(struct message *message, const struct str *header, struct err *err) MUST_USE;

/*
 * Puts another completed message in the place of this one: into its file, which is cut to fit, or
 * where that takes no more into the other one's. The index of the header as it was given stays.
 * `from` has nothing left then.
 */
void message_replace(struct message *to, struct message *from);

/* Octets of the completed message as RFC 1870 counts them: CRLF as two, no stuffed dots. */
uint64_t message_size(const struct message *message);

/*
 * Reads up to `len` bytes of the completed message, header first, from an offset; fewer only where
 * the header or the message ends. Returns how many, 0 at the end, -1 on failure (ERR_IO).
 */
ssize_t message_read_at(const struct message *message, uint64_t offset, char *bytes, size_t len,
			struct err *err) MUST_USE;
