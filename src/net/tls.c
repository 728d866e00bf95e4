/* tls.c - one TLS client session, by GnuTLS */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/tls.h"

#include "base/i18n.h"
#include "net/dial.h"
#include "net/gnutls.h"
#include "net/trust.h"

#include <stdlib.h>
#include <string.h>

/*
 * TLS 1.2 and 1.3 (RFC 9325), no key transport by RSA, and nothing below 112 bits of security in
 * the certificates.
 */
static const char default_priorities[] =
	"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:%PROFILE_MEDIUM";

struct tls {
	gnutls_session_t session;
	gnutls_certificate_credentials_t credentials;
	const struct settings *settings;
	bool is_sending; /* GnuTLS holds bytes of a send that did not get through */
};

static bool load_key(struct tls *tls, struct err *err)
{
	const struct settings *s = tls->settings;

	if (!s->tls_key_file || !s->tls_cert_file)
		return true;
	int status = gnutls->certificate_set_x509_key_file2(tls->credentials, s->tls_cert_file,
							    s->tls_key_file, GNUTLS_X509_FMT_PEM,
							    s->password.bytes, 0);
	if (status < 0)
		return err_set(err, ERR_NOINPUT,
			       _("cannot use tls_cert_file %s with tls_key_file %s: %s"),
			       s->tls_cert_file, s->tls_key_file, gnutls->strerror(status));
	return true;
}

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
		return err_set(err, ERR_CONFIG, "tls_priorities: %s", gnutls->strerror(status));
	return true;
}

/* RFC 6066 section 3: no server name for an address literal. */
static bool set_server_name(struct tls *tls, struct err *err)
{
	CLEANUP(mem_free_at) char *name = dial_ascii_name(dial_reference_name(tls->settings), err);

	if (!name)
		return false;
	size_t len = strlen(name);
	if (len > 0 && name[len - 1] == '.')
		len--;
	if (len > 0 && !dial_is_address(name))
		gnutls->server_name_set(tls->session, GNUTLS_NAME_DNS, name, len);
	return true;
}

static bool set_up(struct tls *tls, struct err *err)
{
	if (gnutls->certificate_allocate_credentials(&tls->credentials) < 0 ||
	    gnutls->init(&tls->session, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL) < 0)
		mem_exhausted();
	if (!trust_load(tls->credentials, tls->settings, err) || !load_key(tls, err) ||
	    !set_priorities(tls, err) || !set_server_name(tls, err))
		return false;
	int status =
		gnutls->credentials_set(tls->session, GNUTLS_CRD_CERTIFICATE, tls->credentials);
	if (status < 0)
		return err_set(err, ERR_SYSTEM, "%s", gnutls->strerror(status));
	if (tls->settings->tls_min_dh_prime_bits > 0)
		gnutls->dh_set_prime_bits(tls->session,
					  (unsigned)tls->settings->tls_min_dh_prime_bits);
	return true;
}

struct tls *tls_new(const struct settings *settings, struct err *err)
{
	if (!gnutls_load(err))
		return NULL;
	struct tls *tls = mem_zeroed(1, sizeof *tls);
	tls->settings = settings;
	if (set_up(tls, err))
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
	free(tls);
}

void tls_attach(struct tls *tls, int fd)
{
	gnutls->transport_set_int2(tls->session, fd, fd);
}

static enum tls_step wanted(const struct tls *tls)
{
	return gnutls->record_get_direction(tls->session) ? TLS_WANTS_WRITE : TLS_WANTS_READ;
}

/* The alert says why the server gave up; GnuTLS's own words say only that it did. */
static enum tls_step failed(const struct tls *tls, int status, enum err_kind kind,
			    const char *doing, struct err *err)
{
	if (status == GNUTLS_E_FATAL_ALERT_RECEIVED)
		err_set(err, kind, _("%s failed: the server says: %s"), doing,
			gnutls->alert_get_name(gnutls->alert_get(tls->session)));
	else
		err_set(err, kind, _("%s failed: %s"), doing, gnutls->strerror(status));
	return TLS_FAILED;
}

static bool is_lost(int status)
{
	return status == GNUTLS_E_PREMATURE_TERMINATION || status == GNUTLS_E_PUSH_ERROR ||
	       status == GNUTLS_E_PULL_ERROR;
}

enum tls_step tls_handshake(struct tls *tls, struct err *err)
{
	int status;

	do
		status = gnutls->handshake(tls->session);
	while (status == GNUTLS_E_INTERRUPTED || status == GNUTLS_E_WARNING_ALERT_RECEIVED);
	if (status == GNUTLS_E_SUCCESS)
		return TLS_DONE;
	if (status == GNUTLS_E_AGAIN)
		return wanted(tls);
	if (status == GNUTLS_E_UNEXPECTED_PACKET || status == GNUTLS_E_UNEXPECTED_PACKET_LENGTH ||
	    status == GNUTLS_E_UNSUPPORTED_VERSION_PACKET) {
		err_set(err, ERR_TLS,
			_("the TLS handshake failed: the server does not speak TLS "
			  "here (is tls_starttls right for this port?)"));
		return TLS_FAILED;
	}
	return failed(tls, status, is_lost(status) ? ERR_NET : ERR_TLS, _("the TLS handshake"),
		      err);
}

enum tls_step tls_receive(struct tls *tls, char *bytes, size_t len, size_t *got, struct err *err)
{
	ssize_t n;

	do
		n = gnutls->record_recv(tls->session, bytes, len);
	while (n == GNUTLS_E_INTERRUPTED || n == GNUTLS_E_WARNING_ALERT_RECEIVED ||
	       n == GNUTLS_E_REHANDSHAKE);
	if (n > 0) {
		*got = (size_t)n;
		return TLS_DONE;
	}
	if (n == GNUTLS_E_AGAIN)
		return wanted(tls);
	if (n == 0 || is_lost((int)n))
		return TLS_ENDED;
	return failed(tls, (int)n, ERR_NET, _("reading over TLS"), err);
}

/* After GNUTLS_E_AGAIN the bytes are GnuTLS's already; it wants to be called with none. */
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
	return failed(tls, (int)n, ERR_NET, _("writing over TLS"), err);
}

bool tls_verify(struct tls *tls, struct err *err)
{
	return trust_verify(tls->session, tls->settings, err);
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
