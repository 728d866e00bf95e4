/* command.c - passwords and access tokens that a command prints */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/command.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/proc.h"
#include "conf/secret_input.h"
#include "conf/tokencache.h"
#include "conf/words.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

static bool judge_status(int status, struct err *err)
{
	if (status == 0)
		return true;
	if (status == EX_TEMPFAIL)
		return err_set(err, ERR_DEFER,
			       _("the command has no answer for now (it ended with status %d)"),
			       status);
	return proc_has_failed(status, err);
}

static bool run_command(const struct command *command, struct str *output, struct err *err)
{
	int64_t deadline = clock_earlier(command->deadline, proc_deadline());
	int status = 0;

	if (command->is_refused)
		setenv("MAILCHUTE_TOKEN_REFUSED", "1", 1);
	bool is_run = proc_run(command->argv, deadline, output, &status, err);
	unsetenv("MAILCHUTE_TOKEN_REFUSED");
	return is_run && judge_status(status, err);
}

bool command_password(const struct command *command, struct secret *out, struct err *err)
{
	CLEANUP(str_done) struct str output = STR_SECRET(SECRET_INPUT_MAX);

	if (!run_command(command, &output, err))
		return false;
	if (output.len == 0 || strchr("\r\n", output.bytes[0]))
		return err_set(err, ERR_CONFIG, _("the command printed no password"));
	return secret_input_first_line(&output, out, err);
}

/* A command that has failed may have printed the answer of the token endpoint, with the reason. */
static bool explain_failure(const struct str *output, struct err *err)
{
	CLEANUP(access_token_done) struct access_token none = { 0 };
	CLEANUP(err_done) struct err said = ERR_INIT;

	if (err->kind != ERR_CONFIG || output->len == 0 ||
	    access_token_read(output, time(NULL), &none, &said) || said.kind != ERR_AUTH)
		return false;
	return err_set(err, said.kind, "%s", said.text);
}

static bool run_for_token(const struct command *command, const char *key, struct access_token *out,
			  struct err *err)
{
	CLEANUP(str_done) struct str output = STR_SECRET(SECRET_INPUT_MAX);
	int64_t now = time(NULL);

	if (!run_command(command, &output, err))
		return explain_failure(&output, err);
	if (output.len == 0)
		return err_set(err, ERR_CONFIG, _("the command printed no access token"));
	if (!access_token_read(&output, now, out, err) || !access_token_check(&out->secret, err))
		return false;
	tokencache_keep(key, now, out);
	return true;
}

static char *make_key(const struct command *command)
{
	struct str key = STR_INIT;

	words_print(command->argv, &key);
	str_addf(&key, "\n%s", command->whose);
	return str_take(&key);
}

bool command_token(const struct command *command, struct credential *out, struct err *err)
{
	CLEANUP(access_token_done) struct access_token token = { 0 };

	out->key = make_key(command);
	out->is_cached = !command->is_refused && tokencache_find(out->key, time(NULL), &token);
	if (!out->is_cached && !run_for_token(command, out->key, &token, err))
		return false;
	secret_set(&out->secret, token.secret.bytes, token.secret.len);
	return true;
}
