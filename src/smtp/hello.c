/* hello.c - the EHLO command and its fallback HELO, with the server's capabilities */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "smtp/hello.h"

#include "base/i18n.h"
#include "smtp/judge.h"

static bool say_hello(struct client *client, const char *verb, enum phase phase, struct err *err)
{
	CLEANUP(mem_free_at) char *line = str_format("%s %s", verb, client->name);

	return client_exchange(client, phase, line, NULL, err);
}

static void swap_replies(struct reply *a, struct reply *b)
{
	struct reply kept = *a;

	*a = *b;
	*b = kept;
}

/*
 * Reports the reply to EHLO, which tells the reason; the reply to HELO is often only about the
 * verb.
 */
static bool fail_for_both(struct client *client, struct reply *ehlo, struct err *err)
{
	CLEANUP(str_done) struct str helo = STR_INIT;

	reply_print(&client->reply, &helo);
	swap_replies(&client->reply, ehlo);
	if (judge_reply(&client->reply, PHASE_EHLO, err))
		return true;
	err_wrap(err, "%s", _(phases[PHASE_EHLO].words));
	err_wrap(err, _("HELO was refused as well (%s)"), helo.bytes);
	client_advise(client, PHASE_HELO, err);
	return false;
}

/* After a lost connection or a 4yz reply, the reply to EHLO tells the reason. */
static bool explain_by_ehlo(struct client *client, struct reply *ehlo, struct err *err)
{
	CLEANUP(str_done) struct str words = STR_INIT;

	reply_print(ehlo, &words);
	swap_replies(&client->reply, ehlo);
	err_wrap(err, _("EHLO was refused (%s)"), words.bytes);
	client_advise(client, PHASE_EHLO, err);
	return false;
}

static bool say_helo(struct client *client, struct err *err)
{
	CLEANUP(reply_done) struct reply ehlo;

	reply_init(&ehlo);
	swap_replies(&client->reply, &ehlo);
	if (!say_hello(client, "HELO", PHASE_HELO, err))
		return explain_by_ehlo(client, &ehlo, err);
	if (client->reply.code / 100 == 5)
		return fail_for_both(client, &ehlo, err);
	return client_judge(client, PHASE_HELO, err) || explain_by_ehlo(client, &ehlo, err);
}

bool hello_say(struct client *client, struct err *err)
{
	bool is_lmtp = client->settings->protocol == PROTOCOL_LMTP;

	capabilities_done(&client->can);
	if (!say_hello(client, is_lmtp ? "LHLO" : "EHLO", PHASE_EHLO, err))
		return false;
	if (client->reply.code / 100 == 5 && !is_lmtp)
		return say_helo(client, err);
	if (!client_judge(client, PHASE_EHLO, err))
		return false;
	capabilities_read(&client->can, &client->reply);
	capabilities_ignore(&client->can, client->settings->ignore_extensions);
	client->can.has &= ~client->avoid;
	return true;
}
