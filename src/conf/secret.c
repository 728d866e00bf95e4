/* secret.c - finding the password of an account */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/secret.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/proc.h"

#include <string.h>

enum {
	OUTPUT_MAX = 1 << 20,
	EVAL_SECONDS = 60,
};

static bool take_first_line(const struct str *output, struct secret *out, struct err *err)
{
	const char *end = memchr(output->bytes, '\n', output->len);
	size_t len = end ? (size_t)(end - output->bytes) : output->len;

	if (len > 0 && output->bytes[len - 1] == '\r')
		len--;
	if (len == 0)
		return err_set(err, ERR_CONFIG, _("passwordeval: the command printed no password"));
	if (memchr(output->bytes, '\0', len))
		return err_set(err, ERR_CONFIG, _("passwordeval: the command printed a NUL byte"));
	secret_set(out, output->bytes, len);
	return true;
}

static bool evaluate(const char *command, int64_t deadline, struct secret *out, struct err *err)
{
	CLEANUP(str_done) struct str output = STR_SECRET(OUTPUT_MAX);
	int status;

	deadline = clock_earlier(deadline, clock_after(EVAL_SECONDS));
	if (!proc_run_shell(command, deadline, &output, &status, err))
		return err_wrap(err, "passwordeval");
	if (status != 0)
		return err_set(err, ERR_CONFIG, _("passwordeval: the command ended with status %d"),
			       status);
	return take_first_line(&output, out, err);
}

bool secret_find(const struct settings *settings, int64_t deadline, struct secret *out,
		 struct err *err)
{
	if (settings->password.bytes) {
		secret_set(out, settings->password.bytes, settings->password.len);
		return true;
	}
	if (settings->passwordeval)
		return evaluate(settings->passwordeval, deadline, out, err);
	return err_set(err, ERR_AUTH, _("no password for user %s: set password or passwordeval"),
		       settings->user ? settings->user : _("(not set)"));
}
