/* err.h - the one type of error */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/mem.h"

/*
 * The kind of an error. It alone decides the exit status and what becomes of a message; see
 * err_kinds in err.c for the table.
 */
enum err_kind {
	ERR_NONE,
	ERR_USAGE,       /* wrong flags */
	ERR_INPUT,       /* this message or address can't be sent */
	ERR_NOINPUT,     /* a named file can't be read */
	ERR_NOHOST,      /* the relay's name does not exist */
	ERR_REJECT,      /* 5xx for the sender, a recipient or DATA */
	ERR_REFUSED,     /* 5xx for the message after its content */
	ERR_UNAVAILABLE, /* the relay lacks what the settings demand */
	ERR_NET,         /* unreachable, lost, timed out, no answer from DNS */
	ERR_DEFER,       /* any 4xx */
	ERR_TLS,         /* handshake or verification failed */
	ERR_PROTO,       /* nonsense from the server */
	ERR_AUTH,        /* credentials refused or missing */
	ERR_CONFIG,      /* settings wrong */
	ERR_SYSTEM,      /* fork, permission, a resource of the system */
	ERR_IO,          /* reading or writing failed */
	ERR_KINDS
};

/* The fate of a queued message after an error of this kind. */
enum err_fate { FATE_NONE, FATE_RETRY, FATE_FAIL };

/*
 * An error on its way up. The function that notices it writes what is wrong; each caller that knows
 * more wraps it with the place, so that `text` reads from outside in. If the error is a server's
 * reply, `code` and `enhanced` are that reply's (else 0 and ""), the last `reply_len` bytes of the
 * text are the server's words, and `reply` has these words line by line.
 */
struct err {
	enum err_kind kind;
	int code;
	char enhanced[12];
	char *text;
	size_t reply_len;
	char *reply;
};

#define ERR_INIT                                                                                   \
	{                                                                                          \
		.kind = ERR_NONE                                                                   \
	}

void err_done(struct err *err);

/* Sets the error (releasing an older one) and returns false, so that a function can return it. */
bool err_set(struct err *err, enum err_kind kind, const char *format, ...) FORMAT(3, 4);
/* The same, followed by ": " and strerror(number). */
bool err_sys(struct err *err, enum err_kind kind, int number, const char *format, ...) FORMAT(4, 5);
/* Puts "format: " before the text and returns false. */
bool err_wrap(struct err *err, const char *format, ...) FORMAT(2, 3);
void err_copy(struct err *to, const struct err *from);

/* The sysexits(3) status of a kind, its name in a log line ("EX_TEMPFAIL"), and its fate. */
int err_exit_status(enum err_kind kind);
const char *err_exit_name(enum err_kind kind);
enum err_fate err_fate(enum err_kind kind);
/* True if a person has to repair something before another attempt can succeed. */
bool err_needs_operator(enum err_kind kind);
