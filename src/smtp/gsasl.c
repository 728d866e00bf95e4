/* gsasl.c - SASL exchanges by libgsasl, in this process */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "smtp/gsasl.h"

#include "base/base64.h"
#include "base/i18n.h"
#include "smtp/challenge.h"
#include "smtp/gsasl_library.h"

#include <string.h>

/* The service's name in GSSAPI and DIGEST-MD5; RFC 4954 section 4. */
static const char service[] = "smtp";

static enum err_kind kind_of(int status)
{
	switch (status) {
	case GSASL_AUTHENTICATION_ERROR:
	case GSASL_INTEGRITY_ERROR:
	case GSASL_SASLPREP_ERROR:
	case GSASL_GSSAPI_ACQUIRE_CRED_ERROR:
	case GSASL_GSSAPI_INIT_SEC_CONTEXT_ERROR:
		return ERR_AUTH;
	case GSASL_UNKNOWN_MECHANISM:
	case GSASL_NO_CLIENT_CODE:
	case GSASL_CRYPTO_ERROR:
		return ERR_UNAVAILABLE;
	default:
		return ERR_PROTO;
	}
}

/*
 * Whether another mechanism may succeed: this library, or this password, is unfit for the current
 * one.
 */
static bool is_about_us(int status)
{
	return kind_of(status) == ERR_UNAVAILABLE || status == GSASL_SASLPREP_ERROR;
}

static bool fail_gsasl(struct sasl_exchange *exchange, int status, struct err *err)
{
	if (status == GSASL_MALLOC_ERROR)
		mem_exhausted();
	exchange->is_incapable = is_about_us(status);
	return err_set(err, kind_of(status), "%s", gsasl->strerror(status));
}

static void set(struct sasl_exchange *exchange, Gsasl_property property, const char *value)
{
	if (gsasl->property_set(exchange->session, property, value) == GSASL_MALLOC_ERROR)
		mem_exhausted();
}

static const char *realm(const struct sasl_exchange *exchange)
{
	const char *domain = exchange->settings->ntlmdomain;

	return domain && *domain ? domain : NULL;
}

/* DIGEST-MD5 uses the server's first realm unless this callback sets another one. */
static int answer_library(Gsasl *library, Gsasl_session *session, Gsasl_property property)
{
	struct sasl_exchange *exchange = gsasl->session_hook_get(session);

	(void)library;
	if (property != GSASL_REALM || !realm(exchange))
		return GSASL_NO_CALLBACK;
	set(exchange, GSASL_REALM, realm(exchange));
	return GSASL_OK;
}

/*
 * Called only for a -PLUS mechanism: with a binding set, libgsasl 2.2 refuses the other mechanisms.
 */
static void set_binding(struct sasl_exchange *exchange)
{
	CLEANUP(str_done) struct str text = STR_INIT;
	bool is_exporter = exchange->binding_kind == TLS_BINDING_EXPORTER;

	base64_add(&text, exchange->binding->bytes, exchange->binding->len);
	set(exchange, is_exporter ? GSASL_CB_TLS_EXPORTER : GSASL_CB_TLS_UNIQUE, text.bytes);
}

/*
 * Without a password the server already knows the user; the name, if there is one, tells as which
 * user to act.
 */
static void set_identity(struct sasl_exchange *exchange)
{
	const char *user = exchange->settings->user ? exchange->settings->user : "";

	if (exchange->mechanism->need != NEEDS_NOTHING) {
		set(exchange, GSASL_AUTHID, user);
		gsasl->property_set_raw(exchange->session, GSASL_PASSWORD, exchange->secret->bytes,
					exchange->secret->len);
	} else if (*user) {
		set(exchange, GSASL_AUTHZID, user);
	}
}

static bool open_library(struct sasl_exchange *exchange, struct err *err)
{
	if (!gsasl_library_load(err))
		return false;
	int status = gsasl->init(&exchange->library);
	if (status != GSASL_OK)
		return fail_gsasl(exchange, status, err);
	status = gsasl->client_start(exchange->library, exchange->mechanism->name,
				     &exchange->session);
	if (status != GSASL_OK)
		return fail_gsasl(exchange, status, err);
	gsasl->callback_set(exchange->library, answer_library);
	gsasl->session_hook_set(exchange->session, exchange);
	set_identity(exchange);
	set(exchange, GSASL_SERVICE, service);
	set(exchange, GSASL_HOSTNAME, exchange->host);
	if (exchange->mechanism->flags & MECHANISM_PLUS)
		set_binding(exchange);
	return true;
}

static bool check(const struct sasl_exchange *exchange, const struct str *challenge,
		  struct err *err)
{
	const struct mechanism *mechanism = exchange->mechanism;

	if (!exchange->has_begun)
		return true;
	if (mechanism->flags & MECHANISM_SCRAM)
		return challenge_check_scram(challenge->bytes, challenge->len, err);
	return strcmp(mechanism->name, "NTLM") != 0 ||
	       challenge_check_ntlm(challenge->bytes, challenge->len, err);
}

static bool step_library(struct sasl_exchange *exchange, const struct str *challenge,
			 struct str *response, struct err *err)
{
	char *answer = NULL;
	size_t len = 0;

	if (exchange->is_done)
		return err_set(err, ERR_PROTO,
			       _("the server continues after the end of the "
				 "exchange"));
	if (!check(exchange, challenge, err))
		return false;
	int status =
		gsasl->step(exchange->session, challenge->bytes, challenge->len, &answer, &len);
	if (status != GSASL_OK && status != GSASL_NEEDS_MORE)
		return fail_gsasl(exchange, status, err);
	exchange->has_begun = true;
	exchange->is_done = status == GSASL_OK;
	if (answer) {
		str_add_n(response, answer, len);
		mem_wipe(answer, len);
		gsasl->free(answer);
	}
	return true;
}

static void close_library(struct sasl_exchange *exchange)
{
	if (exchange->session)
		gsasl->finish(exchange->session);
	if (exchange->library)
		gsasl->done(exchange->library);
}

const struct sasl_backend gsasl_backend = { open_library, step_library, close_library };
