/* gssapi.c - SASL exchanges by libgsasl in a child process, for GSSAPI */
// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * GSSAPI (RFC 4752) asks a KDC for a ticket and waits without a limit, so libgsasl runs in a child.
 * The child is asked for a response to each challenge. An answer is one octet that tells whether
 * the exchange is done, followed by the response.
 */
#include "smtp/gssapi.h"

#include "base/i18n.h"
#include "smtp/gsasl.h"
#include "smtp/gsasl_library.h"

static bool answer(struct sasl_exchange *exchange, const struct str *challenge, int channel)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str response = STR_SECRET(0);
	CLEANUP(str_done) struct str bytes = STR_SECRET(0);

	if (!gsasl_backend.step(exchange, challenge, &response, &err))
		return proc_partner_fail(channel, &err);
	str_add_char(&bytes, exchange->is_done ? 1 : 0);
	str_add_n(&bytes, response.bytes, response.len);
	return proc_partner_answer(channel, bytes.bytes, bytes.len);
}

static void serve(void *arg, int channel)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str challenge = STR_INIT;
	struct sasl_exchange *exchange = arg;
	bool is_open = gsasl_backend.open(exchange, &err);

	while (proc_partner_listen(channel, &challenge))
		if (is_open ? !answer(exchange, &challenge, channel)
			    : !proc_partner_fail(channel, &err))
			break;
	gsasl_backend.close(exchange);
}

static bool open_child(struct sasl_exchange *exchange, struct err *err)
{
	return gsasl_library_load(err) && proc_partner_open(&exchange->child, serve, exchange, err);
}

static bool explain_kerberos(struct err *err)
{
	if (err->kind != ERR_AUTH)
		return err_wrap(err, "Kerberos");
	return err_wrap(err,
			_("Kerberos gives no ticket for the relay (does klist show a valid one "
			  "of yours?)"));
}

static bool ask_child(struct sasl_exchange *exchange, const struct str *challenge,
		      struct str *response, struct err *err)
{
	CLEANUP(str_done) struct str bytes = STR_SECRET(0);

	if (!proc_partner_ask(&exchange->child, challenge->bytes, challenge->len,
			      exchange->deadline, &bytes, err))
		return explain_kerberos(err);
	if (bytes.len == 0)
		return err_set(err, ERR_SYSTEM, _("the helper process failed"));
	exchange->is_done = bytes.bytes[0] != 0;
	str_add_n(response, bytes.bytes + 1, bytes.len - 1);
	return true;
}

static void close_child(struct sasl_exchange *exchange)
{
	proc_partner_close(&exchange->child);
}

const struct sasl_backend gssapi_backend = { open_child, ask_child, close_child };
