/* err.c - the one type of error */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/err.h"

#include "base/str.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define STATUS(name) name, #name

static const struct {
	int status;
	const char *name;
	enum err_fate fate;
	bool needs_operator;
} err_kinds[ERR_KINDS] = {
	[ERR_NONE] = { STATUS(EX_OK), FATE_NONE, false },
	[ERR_USAGE] = { STATUS(EX_USAGE), FATE_NONE, false },
	[ERR_INPUT] = { STATUS(EX_DATAERR), FATE_FAIL, false },
	[ERR_NOINPUT] = { STATUS(EX_NOINPUT), FATE_NONE, false },
	[ERR_NOHOST] = { STATUS(EX_NOHOST), FATE_RETRY, false },
	[ERR_REJECT] = { STATUS(EX_DATAERR), FATE_FAIL, false },
	[ERR_REFUSED] = { STATUS(EX_UNAVAILABLE), FATE_FAIL, false },
	[ERR_UNAVAILABLE] = { STATUS(EX_UNAVAILABLE), FATE_RETRY, true },
	[ERR_NET] = { STATUS(EX_TEMPFAIL), FATE_RETRY, false },
	[ERR_DEFER] = { STATUS(EX_TEMPFAIL), FATE_RETRY, false },
	[ERR_TLS] = { STATUS(EX_UNAVAILABLE), FATE_RETRY, true },
	[ERR_PROTO] = { STATUS(EX_PROTOCOL), FATE_RETRY, false },
	[ERR_AUTH] = { STATUS(EX_NOPERM), FATE_RETRY, true },
	[ERR_CONFIG] = { STATUS(EX_CONFIG), FATE_RETRY, true },
	[ERR_SYSTEM] = { STATUS(EX_OSERR), FATE_RETRY, false },
	[ERR_IO] = { STATUS(EX_IOERR), FATE_RETRY, false },
};

int err_exit_status(enum err_kind kind)
{
	return err_kinds[kind].status;
}

const char *err_exit_name(enum err_kind kind)
{
	return err_kinds[kind].name;
}

enum err_fate err_fate(enum err_kind kind)
{
	return err_kinds[kind].fate;
}

bool err_needs_operator(enum err_kind kind)
{
	return err_kinds[kind].needs_operator;
}

void err_done(struct err *err)
{
	if (!err)
		return;
	free(err->text);
	free(err->reply);
	*err = (struct err)ERR_INIT;
}

static bool set(struct err *err, enum err_kind kind, struct str *text)
{
	err_done(err);
	err->kind = kind;
	err->text = str_take(text);
	return false;
}

bool err_set(struct err *err, enum err_kind kind, const char *format, ...)
{
	struct str text = STR_INIT;
	va_list args;

	va_start(args, format);
	str_addv(&text, format, args);
	va_end(args);
	return set(err, kind, &text);
}

bool err_sys(struct err *err, enum err_kind kind, int number, const char *format, ...)
{
	struct str text = STR_INIT;
	va_list args;

	va_start(args, format);
	str_addv(&text, format, args);
	va_end(args);
	str_addf(&text, ": %s", strerror(number));
	return set(err, kind, &text);
}

bool err_wrap(struct err *err, const char *format, ...)
{
	struct str text = STR_INIT;
	va_list args;

	va_start(args, format);
	str_addv(&text, format, args);
	va_end(args);
	str_addf(&text, ": %s", err->text ? err->text : "");
	free(err->text);
	err->text = str_take(&text);
	return false;
}

void err_copy(struct err *to, const struct err *from)
{
	char *text = from->text ? mem_copy(from->text) : NULL;
	char *reply = from->reply ? mem_copy(from->reply) : NULL;

	err_done(to);
	*to = *from;
	to->text = text;
	to->reply = reply;
}
