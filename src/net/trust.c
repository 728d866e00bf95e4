/* trust.c - verification of the relay's certificate */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/trust.h"

#include "base/i18n.h"
#include "conf/pin.h"
#include "net/authorities.h"
#include "net/certificate.h"
#include "net/gnutls.h"
#include "net/host.h"
#include "net/verdict.h"

#include <arpa/inet.h>
#include <string.h>

static bool has_trust_file(const struct settings *settings)
{
	return settings->tls_trust_file && *settings->tls_trust_file;
}

bool trust_load(gnutls_certificate_credentials_t credentials, const struct settings *settings,
		struct err *err)
{
	if (!settings->tls_certcheck || settings->tls_fingerprint.len > 0)
		return true;
	if (has_trust_file(settings) &&
	    !authorities_load(credentials, settings->tls_trust_file, err))
		return false;
	return !settings->tls_crl_file ||
	       authorities_load_crl(credentials, settings->tls_crl_file, err);
}

static void peer_done(struct peer_chain *peer)
{
	if (peer->certificate)
		gnutls->x509_crt_deinit(peer->certificate);
}

/* Reads the peer's certificates; the caller releases them. */
static bool peer_init(struct peer_chain *peer, gnutls_session_t session, struct err *err)
{
	*peer = (struct peer_chain){ .session = session };
	peer->chain = gnutls->certificate_get_peers(session, &peer->count);
	if (gnutls->certificate_type_get(session) != GNUTLS_CRT_X509 || !peer->chain ||
	    peer->count == 0)
		return err_set(err, ERR_TLS, _("the server showed no certificate"));
	if (gnutls->x509_crt_init(&peer->certificate) < 0)
		mem_exhausted();
	int status =
		gnutls->x509_crt_import(peer->certificate, &peer->chain[0], GNUTLS_X509_FMT_DER);
	if (status < 0)
		return err_set(err, ERR_TLS, _("the server's certificate can't be read: %s"),
			       gnutls_words(status));
	return true;
}

static bool verify_fingerprint(gnutls_x509_crt_t certificate, const struct fingerprint *wanted,
			       struct err *err)
{
	unsigned char found[32];
	gnutls_digest_algorithm_t algorithm = wanted->len == 32   ? GNUTLS_DIG_SHA256
					      : wanted->len == 20 ? GNUTLS_DIG_SHA1
								  : GNUTLS_DIG_MD5;
	size_t len = certificate_digest(certificate, algorithm, found);

	if (len == wanted->len && memcmp(found, wanted->bytes, len) == 0)
		return true;
	CLEANUP(str_done) struct str hex = STR_INIT;
	certificate_add_digest(&hex, certificate, algorithm);
	return err_set(
		err, ERR_TLS,
		_("the certificate's fingerprint is not tls_fingerprint, but %s; if the relay has "
		  "a new certificate, ask its operator before you set this fingerprint"),
		hex.bytes);
}

static bool verify_pin(gnutls_x509_crt_t certificate, const struct pins *wanted, struct err *err)
{
	CLEANUP(str_done) struct str shown = STR_INIT;
	struct pin found;

	if (!certificate_pin(certificate, &found))
		return err_set(err, ERR_TLS, _("the pin of the certificate can't be computed"));
	for (size_t i = 0; i < wanted->count; i++)
		if (memcmp(found.bytes, wanted->items[i].bytes, sizeof found.bytes) == 0)
			return true;
	pin_print(&found, &shown);
	return err_set(err, ERR_TLS,
		       _("the certificate's public key has the pin %s, which is not in tls_pin; if "
			 "the relay has a new key, ask its operator before you add this pin"),
		       shown.bytes);
}

struct reference {
	const char *name;
	gnutls_typed_vdata_st data[2];
	unsigned alt_name_kind;
	unsigned char address[16];
};

/* The properties that the certificate must have, in the form that GnuTLS compares. */
static void reference_init(struct reference *reference, char *name)
{
	static char server_purpose[] = GNUTLS_KP_TLS_WWW_SERVER;

	*reference = (struct reference){ .name = name, .alt_name_kind = GNUTLS_SAN_DNSNAME };
	reference->data[0] = (gnutls_typed_vdata_st){ .type = GNUTLS_DT_DNS_HOSTNAME,
						      .data = (unsigned char *)name };
	reference->data[1] = (gnutls_typed_vdata_st){ .type = GNUTLS_DT_KEY_PURPOSE_OID,
						      .data = (unsigned char *)server_purpose };
	if (host_is_address(name)) {
		bool is_v4 = inet_pton(AF_INET, name, reference->address) == 1;
		if (!is_v4)
			(void)inet_pton(AF_INET6, name, reference->address);
		reference->alt_name_kind = GNUTLS_SAN_IPADDRESS;
		reference->data[0] = (gnutls_typed_vdata_st){ .type = GNUTLS_DT_IP_ADDRESS,
							      .data = reference->address,
							      .size = is_v4 ? 4 : 16 };
	}
}

static bool verify_chain(struct peer_chain *peer, char *name, const struct settings *settings,
			 struct err *err)
{
	struct reference reference;
	unsigned reasons = GNUTLS_CERT_INVALID;

	reference_init(&reference, name);
	peer->name = name;
	verdict_watch(peer);
	int status = gnutls->certificate_verify_peers(peer->session, reference.data, 2, &reasons);
	if (status < 0)
		return err_set(err, ERR_TLS, _("the certificate can't be verified: %s"),
			       gnutls_words(status));
	if (reasons == 0 && !certificate_has_name(peer->certificate, reference.alt_name_kind))
		reasons = GNUTLS_CERT_UNEXPECTED_OWNER;
	return reasons == 0 || verdict_refuse(peer, reasons, settings, err);
}

/* Verifies the chain for any of the names. */
static bool verify_names(struct peer_chain *peer, const struct target_names *names,
			 const struct settings *settings, struct err *err)
{
	size_t count = names ? LENGTH(names->items) : 0;

	err_set(err, ERR_TLS, _("there is no name to verify it against"));
	for (size_t i = 0; i < count; i++)
		if (names->items[i] && verify_chain(peer, names->items[i], settings, err)) {
			err_done(err);
			return true;
		}
	return false;
}

/* Without a trust file, a fingerprint or a pin no certificate passes. */
static bool verify(struct peer_chain *peer, const struct settings *settings,
		   const struct target_names *names, struct err *err)
{
	if (settings->tls_fingerprint.len > 0) {
		if (!verify_fingerprint(peer->certificate, &settings->tls_fingerprint, err))
			return false;
	} else if (has_trust_file(settings) || settings->tls_pin.count == 0) {
		if (!verify_names(peer, names, settings, err))
			return false;
	}
	return settings->tls_pin.count == 0 ||
	       verify_pin(peer->certificate, &settings->tls_pin, err);
}

bool trust_verify(gnutls_session_t session, const struct settings *settings,
		  const struct target_names *names, struct err *err)
{
	CLEANUP(peer_done) struct peer_chain peer = { 0 };

	if (!settings->tls_certcheck)
		return true;
	return (peer_init(&peer, session, err) && verify(&peer, settings, names, err)) ||
	       err_wrap(err, _("verifying the server's certificate"));
}

void trust_describe(gnutls_session_t session, struct str *out)
{
	CLEANUP(peer_done) struct peer_chain peer = { 0 };
	CLEANUP(err_done) struct err unused = ERR_INIT;

	if (!peer_init(&peer, session, &unused))
		return;
	str_add(out, _("TLS certificate:\n"));
	certificate_describe(out, peer.certificate);
}
