/* judge.c - judgement of a reply: success, or the kind of error; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "smtp/judge.h"

#include "smtp/remedy.h"

#include <string.h>

/* `success` is a list of codes such as "250 251", or the first digit of a class; see phase.def. */
static bool is_success(int code, const char *success)
{
	if (success[0] && !success[1])
		return code / 100 == success[0] - '0' && code != 221;
	for (const char *next = success; *next; next += next[3] ? 4 : 3)
		if ((next[0] - '0') * 100 + (next[1] - '0') * 10 + next[2] - '0' == code)
			return true;
	return false;
}

static enum err_kind failure_kind(const struct reply *reply, enum phase phase)
{
	const int code = reply->code;

	if (code / 100 == 4 || (code == 552 && phase == PHASE_RCPT))
		return ERR_DEFER;
	if (code / 100 != 5)
		return ERR_PROTO;
	enum err_kind kind = remedy_kind(reply, phase);
	return kind != ERR_NONE ? kind : phases[phase].refusal;
}

bool judge_reply(const struct reply *reply, enum phase phase, struct err *err)
{
	CLEANUP(str_done) struct str text = STR_INIT;
	struct str lines = STR_INIT;

	if (is_success(reply->code, phases[phase].success))
		return true;
	reply_print(reply, &text);
	err_set(err, failure_kind(reply, phase), "%s", text.bytes);
	err->code = reply->code;
	err->reply_len = text.len;
	reply_print_lines(reply, &lines);
	err->reply = str_take(&lines);
	memcpy(err->enhanced, reply->enhanced, sizeof err->enhanced);
	return false;
}
