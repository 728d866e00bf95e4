/* tls.c - one TLS client session, by GnuTLS */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/tls.h"

#include "base/i18n.h"
#include "net/gnutls.h"
#include "net/host.h"
#include "net/identity.h"
#include "net/trust.h"

#include <stdlib.h>
#include <string.h>

/*
 * TLS 1.2 and 1.3 (RFC 9325), no key transport by RSA, and nothing below 112 bits of security in
 * the certificates.
 */
static const char default_priorities[] =
	"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:%PROFILE_MEDIUM";

/* The configured certificate is sent, whichever issuers the server asks for. */
static const unsigned session_flags =
	GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL | GNUTLS_FORCE_CLIENT_CERT;

struct tls {
	gnutls_session_t session;
	gnutls_certificate_credentials_t credentials;
	const struct settings *settings;
	const struct target_names *names; /* NULL: not known yet */
	struct identity identity;
	struct err refusal; /* the reason why the server's certificate was rejected */
	bool is_believed;
	bool is_sending; /* GnuTLS holds bytes of an incomplete send */
};

static bool set_priorities(struct tls *tls, struct err *err)
{
	const char *wanted = tls->settings->tls_priorities;
	const char *bad = NULL;
	int status = gnutls->priority_set_direct(tls->session, wanted ? wanted : default_priorities,
						 &bad);

	if (status == GNUTLS_E_INVALID_REQUEST && bad)
		return err_set(err, ERR_CONFIG, _("tls_priorities: not understood from \"%s\" on"),
			       bad);
	if (status < 0)
		return err_set(err, ERR_CONFIG, "tls_priorities: %s", gnutls_words(status));
	return true;
}

/*
 * GnuTLS calls this before it sends the client's certificate: a server that fails verification does
 * not get to see it.
 */
static int verify_now(gnutls_session_t session)
{
	struct tls *tls = gnutls->session_get_ptr(session);

	tls->is_believed = trust_verify(session, tls->settings, tls->names, &tls->refusal);
	return tls->is_believed ? 0 : GNUTLS_E_CERTIFICATE_ERROR;
}

/*
 * Starts the token's process first: libraries loaded into this process, and their threads, do not
 * survive a fork well.
 */
static bool set_up(struct tls *tls, const struct secret *password, int64_t deadline,
		   struct err *err)
{
	if (gnutls->certificate_allocate_credentials(&tls->credentials) < 0 ||
	    gnutls->init(&tls->session, session_flags) < 0)
		mem_exhausted();
	gnutls->session_set_ptr(tls->session, tls);
	gnutls->session_set_verify_function(tls->session, verify_now);
	if (!identity_init(&tls->identity, tls->credentials, tls->settings, password, deadline,
			   err) ||
	    !trust_load(tls->credentials, tls->settings, err) || !set_priorities(tls, err))
		return false;
	int status =
		gnutls->credentials_set(tls->session, GNUTLS_CRD_CERTIFICATE, tls->credentials);
	if (status < 0)
		return err_set(err, ERR_SYSTEM, "%s", gnutls_words(status));
	if (tls->settings->tls_min_dh_prime_bits > 0)
		gnutls->dh_set_prime_bits(tls->session,
					  (unsigned)tls->settings->tls_min_dh_prime_bits);
	return true;
}

struct tls *tls_new(const struct settings *settings, const struct secret *password,
		    int64_t deadline, struct err *err)
{
	if (!gnutls_load(err))
		return NULL;
	struct tls *tls = mem_zeroed(1, sizeof *tls);
	tls->settings = settings;
	if (set_up(tls, password, deadline, err))
		return tls;
	tls_free(tls);
	return NULL;
}

void tls_free(struct tls *tls)
{
	if (!tls)
		return;
	if (tls->session)
		gnutls->deinit(tls->session);
	if (tls->credentials)
		gnutls->certificate_free_credentials(tls->credentials);
	identity_done(&tls->identity);
	err_done(&tls->refusal);
	free(tls);
}

/* RFC 6066 section 3: no server name for an address literal. */
void tls_expect_names(struct tls *tls, const struct target_names *names)
{
	const char *name = names->items[0];

	tls->names = names;
	if (name && *name && !host_is_address(name))
		gnutls->server_name_set(tls->session, GNUTLS_NAME_DNS, name, strlen(name));
}

void tls_attach(struct tls *tls, int fd, int64_t deadline)
{
	tls->identity.deadline = deadline;
	gnutls->transport_set_int2(tls->session, fd, fd);
}

static enum tls_step wanted(const struct tls *tls)
{
	return gnutls->record_get_direction(tls->session) ? TLS_WANTS_WRITE : TLS_WANTS_READ;
}

/* Alerts by which a server asks for a client certificate, or for another one. */
static bool is_about_certificate(gnutls_alert_description_t alert)
{
	return (alert >= GNUTLS_A_BAD_CERTIFICATE && alert <= GNUTLS_A_CERTIFICATE_UNKNOWN) ||
	       alert == GNUTLS_A_UNKNOWN_CA || alert == GNUTLS_A_ACCESS_DENIED ||
	       alert == GNUTLS_A_CERTIFICATE_REQUIRED;
}

static const char too_old[] = N_("it offers no version of TLS that mailchute accepts: 1.2 or "
				 "later, unless tls_priorities says otherwise");

/* The meaning of an alert in terms of the settings, or NULL. */
static const char *explain_alert(const struct tls *tls, gnutls_alert_description_t alert)
{
	if (alert == GNUTLS_A_PROTOCOL_VERSION)
		return _(too_old);
	if (alert == GNUTLS_A_HANDSHAKE_FAILURE)
		return _("there is no algorithm that both sides accept (see tls_priorities), or "
			 "it wants a client certificate");
	if (alert == GNUTLS_A_UNRECOGNIZED_NAME)
		return _(
			"it does not know the host name that we asked for (see tls_host_override)");
	if (!is_about_certificate(alert))
		return NULL;
	return tls->settings->tls_cert_file
		       ? _("it does not take our certificate in tls_cert_file")
		       : _("it wants a client certificate: set tls_cert_file and tls_key_file");
}

/* The alert tells the server's reason; GnuTLS's own words only tell that it failed. */
static void alerted(const struct tls *tls, enum err_kind kind, const char *doing, struct err *err)
{
	gnutls_alert_description_t alert = gnutls->alert_get(tls->session);
	const char *name = gnutls->alert_get_name(alert);
	const char *meaning = explain_alert(tls, alert);

	err_set(err, meaning ? ERR_TLS : kind, _("%s failed: the server says: %s"), doing,
		name ? name : "?");
	if (meaning)
		err_set(err, ERR_TLS, "%s; %s", err->text, meaning);
}

/* The setting that GnuTLS's words are about, or NULL. */
static const char *explain_status(int status)
{
	if (status == GNUTLS_E_UNSUPPORTED_VERSION_PACKET)
		return _(too_old);
	if (status == GNUTLS_E_DH_PRIME_UNACCEPTABLE)
		return _("its Diffie-Hellman prime is smaller than tls_min_dh_prime_bits or "
			 "tls_priorities allow");
	return NULL;
}

static enum tls_step fail_tls(const struct tls *tls, int status, enum err_kind kind,
			      const char *doing, struct err *err)
{
	const char *meaning = explain_status(status);

	if (status == GNUTLS_E_FATAL_ALERT_RECEIVED)
		alerted(tls, kind, doing, err);
	else
		err_set(err, kind, _("%s failed: %s"), doing,
			meaning ? meaning : gnutls_words(status));
	return TLS_FAILED;
}

static bool is_lost(int status)
{
	return status == GNUTLS_E_PREMATURE_TERMINATION || status == GNUTLS_E_PUSH_ERROR ||
	       status == GNUTLS_E_PULL_ERROR;
}

static bool is_clear_text(int status)
{
	return status == GNUTLS_E_UNEXPECTED_PACKET || status == GNUTLS_E_UNEXPECTED_PACKET_LENGTH;
}

static bool answers_in_clear(const struct tls *tls, struct err *err)
{
	if (tls->settings->tls_starttls)
		return err_set(err, ERR_TLS,
			       _("the TLS handshake failed: the server does not speak TLS here, "
				 "though it agreed to STARTTLS"));
	return err_set(err, ERR_TLS,
		       _("the TLS handshake failed: the server does not speak TLS from the first "
			 "byte here: set tls_starttls on, or the port where it does (often 465)"));
}

/* A server that is silent or hangs up may expect the session to begin in clear text. */
static bool suggest_starttls(const struct tls *tls, struct err *err)
{
	if (tls->settings->tls_starttls)
		return false;
	return err_set(err, err->kind, "%s; %s", err->text,
		       _("if this port wants STARTTLS, as 587 usually does, set tls_starttls on"));
}

bool tls_explain_silence(const struct tls *tls, struct err *err)
{
	err_wrap(err, _("the TLS handshake"));
	return suggest_starttls(tls, err);
}

static void lost(const struct tls *tls, int status, struct err *err)
{
	fail_tls(tls, status, ERR_NET, _("the TLS handshake"), err);
	suggest_starttls(tls, err);
}

/* The client's own objection explains more than GnuTLS's error. */
static enum tls_step handshake_failed(struct tls *tls, int status, struct err *err)
{
	if (tls->refusal.kind != ERR_NONE)
		err_copy(err, &tls->refusal);
	else if (tls->identity.err.kind != ERR_NONE)
		err_copy(err, &tls->identity.err);
	else if (is_clear_text(status))
		answers_in_clear(tls, err);
	else if (is_lost(status))
		lost(tls, status, err);
	else
		fail_tls(tls, status, ERR_TLS, _("the TLS handshake"), err);
	return TLS_FAILED;
}

/*
 * Whether the event is to be ignored. The deadline still holds: a server can send such events
 * without end.
 */
static bool is_noise(int status)
{
	return status == GNUTLS_E_WARNING_ALERT_RECEIVED || status == GNUTLS_E_REHANDSHAKE;
}

enum tls_step tls_handshake(struct tls *tls, struct err *err)
{
	int status;

	do
		status = gnutls->handshake(tls->session);
	while (status == GNUTLS_E_INTERRUPTED);
	if (is_noise(status))
		return TLS_WANTS_READ;
	if (status == GNUTLS_E_AGAIN)
		return wanted(tls);
	if (status != GNUTLS_E_SUCCESS)
		return handshake_failed(tls, status, err);
	identity_rest(&tls->identity);
	return TLS_DONE;
}

enum tls_step tls_receive(struct tls *tls, char *bytes, size_t len, size_t *got, struct err *err)
{
	ssize_t n;

	do
		n = gnutls->record_recv(tls->session, bytes, len);
	while (n == GNUTLS_E_INTERRUPTED);
	if (n > 0) {
		*got = (size_t)n;
		return TLS_DONE;
	}
	if (is_noise((int)n))
		return TLS_WANTS_READ;
	if (n == GNUTLS_E_AGAIN)
		return wanted(tls);
	if (n == 0 || is_lost((int)n))
		return TLS_ENDED;
	return fail_tls(tls, (int)n, ERR_NET, _("reading over TLS"), err);
}

/* After GNUTLS_E_AGAIN GnuTLS already has the bytes; the next call must pass none. */
enum tls_step tls_send(struct tls *tls, const char *bytes, size_t len, size_t *done,
		       struct err *err)
{
	ssize_t n;

	do
		n = tls->is_sending ? gnutls->record_send(tls->session, NULL, 0)
				    : gnutls->record_send(tls->session, bytes, len);
	while (n == GNUTLS_E_INTERRUPTED);
	tls->is_sending = n == GNUTLS_E_AGAIN;
	if (n >= 0) {
		*done = (size_t)n;
		return TLS_DONE;
	}
	if (n == GNUTLS_E_AGAIN)
		return wanted(tls);
	if (is_lost((int)n))
		return TLS_ENDED;
	return fail_tls(tls, (int)n, ERR_NET, _("writing over TLS"), err);
}

bool tls_verify(struct tls *tls, struct err *err)
{
	return tls->is_believed || trust_verify(tls->session, tls->settings, tls->names, err);
}

static enum tls_binding kind_of_binding(const struct tls *tls)
{
	gnutls_protocol_t version = gnutls->protocol_get_version(tls->session);

	if (version == GNUTLS_TLS1_3)
		return TLS_BINDING_EXPORTER;
	if (version == GNUTLS_TLS1_2 && gnutls->session_ext_master_secret_status(tls->session))
		return TLS_BINDING_UNIQUE;
	return TLS_BINDING_NONE;
}

enum tls_binding tls_channel_binding(const struct tls *tls, struct str *out)
{
	enum tls_binding kind = kind_of_binding(tls);
	gnutls_datum_t bytes = { 0 };

	if (kind == TLS_BINDING_NONE ||
	    gnutls->session_channel_binding(tls->session,
					    kind == TLS_BINDING_EXPORTER ? GNUTLS_CB_TLS_EXPORTER
									 : GNUTLS_CB_TLS_UNIQUE,
					    &bytes) < 0)
		return TLS_BINDING_NONE;
	str_add_n(out, bytes.data, bytes.size);
	free(bytes.data);
	return kind;
}

void tls_bye(struct tls *tls)
{
	(void)gnutls->bye(tls->session, GNUTLS_SHUT_WR);
}

void tls_describe(const struct tls *tls, struct str *out)
{
	char *description = gnutls->session_get_desc(tls->session);

	str_addf(out, _("TLS session: %s\n"), description ? description : "?");
	free(description);
	trust_describe(tls->session, out);
}
