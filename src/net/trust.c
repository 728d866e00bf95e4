/* trust.c - which certificates are believed */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/trust.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "net/gnutls.h"
#include "net/host.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static bool has_trust_file(const struct settings *settings)
{
	return settings->tls_trust_file && *settings->tls_trust_file;
}

static bool load_authorities(gnutls_certificate_credentials_t credentials, const char *file,
			     struct err *err)
{
	int count;

	if (strcmp(file, "system") == 0)
		count = gnutls->certificate_set_x509_system_trust(credentials);
	else
		count = gnutls->certificate_set_x509_trust_file(credentials, file,
								GNUTLS_X509_FMT_PEM);
	if (count > 0)
		return true;
	return err_set(err, ERR_NOINPUT, _("tls_trust_file %s: %s"), file,
		       count < 0 ? gnutls->strerror(count) : _("no certificate in it"));
}

static bool load_crl(gnutls_certificate_credentials_t credentials, const char *file,
		     struct err *err)
{
	int count = gnutls->certificate_set_x509_crl_file(credentials, file, GNUTLS_X509_FMT_PEM);

	if (count > 0)
		return true;
	return err_set(err, ERR_NOINPUT, _("tls_crl_file %s: %s"), file,
		       count < 0 ? gnutls->strerror(count) : _("no revocation list in it"));
}

bool trust_load(gnutls_certificate_credentials_t credentials, const struct settings *settings,
		struct err *err)
{
	if (!settings->tls_certcheck || settings->tls_fingerprint.len > 0)
		return true;
	if (has_trust_file(settings) &&
	    !load_authorities(credentials, settings->tls_trust_file, err))
		return false;
	return !settings->tls_crl_file || load_crl(credentials, settings->tls_crl_file, err);
}

/* The peer's own certificate; the caller releases it. */
static bool get_certificate(gnutls_session_t session, gnutls_x509_crt_t *certificate,
			    struct err *err)
{
	unsigned count = 0;
	const gnutls_datum_t *chain = gnutls->certificate_get_peers(session, &count);

	if (gnutls->certificate_type_get(session) != GNUTLS_CRT_X509 || !chain || count == 0)
		return err_set(err, ERR_TLS, _("the server showed no certificate"));
	if (gnutls->x509_crt_init(certificate) < 0)
		mem_exhausted();
	int status = gnutls->x509_crt_import(*certificate, &chain[0], GNUTLS_X509_FMT_DER);
	if (status < 0) {
		gnutls->x509_crt_deinit(*certificate);
		return err_set(err, ERR_TLS, _("the server's certificate can't be read: %s"),
			       gnutls->strerror(status));
	}
	return true;
}

static void add_hex(struct str *out, const unsigned char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		str_addf(out, i ? ":%02X" : "%02X", bytes[i]);
}

static bool verify_fingerprint(gnutls_x509_crt_t certificate, const struct fingerprint *wanted,
			       struct err *err)
{
	unsigned char found[sizeof wanted->bytes];
	size_t len = sizeof found;
	gnutls_digest_algorithm_t algorithm = wanted->len == 32   ? GNUTLS_DIG_SHA256
					      : wanted->len == 20 ? GNUTLS_DIG_SHA1
								  : GNUTLS_DIG_MD5;

	if (gnutls->x509_crt_get_fingerprint(certificate, algorithm, found, &len) < 0)
		return err_set(err, ERR_TLS, _("the certificate's fingerprint can't be computed"));
	if (len == wanted->len && memcmp(found, wanted->bytes, len) == 0)
		return true;
	CLEANUP(str_done) struct str hex = STR_INIT;
	add_hex(&hex, found, len);
	return err_set(err, ERR_TLS,
		       _("the certificate's fingerprint is not tls_fingerprint, but %s"),
		       hex.bytes);
}

/* Whether any subjectAltName is of the kind in which the reference name must be found. */
static bool has_name_of_kind(gnutls_x509_crt_t certificate, unsigned kind)
{
	int found = 0;

	for (unsigned i = 0; found != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE; i++) {
		char name[512];
		size_t len = sizeof name;
		found = gnutls->x509_crt_get_subject_alt_name(certificate, i, name, &len, NULL);
		if (found == (int)kind)
			return true;
		if (found < 0 && found != GNUTLS_E_SHORT_MEMORY_BUFFER)
			return false;
	}
	return false;
}

struct reference {
	const char *name;
	gnutls_typed_vdata_st data[2];
	unsigned alt_name_kind;
	unsigned char address[16];
};

/* What the certificate must bear, in the form that GnuTLS compares. */
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

/* The gravest first; GNUTLS_CERT_INVALID alone says nothing. */
static const struct {
	unsigned flag;
	const char *words;
} reasons[] = {
	{ GNUTLS_CERT_REVOKED, N_("it has been revoked") },
	{ GNUTLS_CERT_SIGNATURE_FAILURE, N_("its signature is wrong") },
	{ GNUTLS_CERT_SIGNER_NOT_FOUND, N_("no authority in tls_trust_file is its issuer") },
	{ GNUTLS_CERT_SIGNER_NOT_CA, N_("its issuer is not a certificate authority") },
	{ GNUTLS_CERT_SIGNER_CONSTRAINTS_FAILURE, N_("a constraint of its issuer is violated") },
	{ GNUTLS_CERT_INSECURE_ALGORITHM, N_("a key or algorithm in its chain is too weak") },
	{ GNUTLS_CERT_UNKNOWN_CRIT_EXTENSIONS, N_("it has an unknown critical extension") },
	{ GNUTLS_CERT_PURPOSE_MISMATCH, N_("its key purpose is not to be a server's") },
	{ GNUTLS_CERT_EXPIRED, N_("it has expired") },
	{ GNUTLS_CERT_NOT_ACTIVATED, N_("it is not yet valid") },
	{ GNUTLS_CERT_MISSING_OCSP_STATUS, N_("it demands an OCSP status that is missing") },
	{ GNUTLS_CERT_INVALID_OCSP_STATUS, N_("its OCSP status is invalid") },
	{ GNUTLS_CERT_REVOCATION_DATA_SUPERSEDED, N_("the revocation list is out of date") },
	{ GNUTLS_CERT_REVOCATION_DATA_ISSUED_IN_FUTURE,
	  N_("the revocation list is from the future") },
	{ GNUTLS_CERT_UNEXPECTED_OWNER, N_("the name in it is another one") },
};

static bool refuse(unsigned verdict, const char *name, struct err *err)
{
	CLEANUP(str_done) struct str words = STR_INIT;

	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (verdict & reasons[i].flag)
			str_addf(&words, "%s%s", words.len ? "; " : "", _(reasons[i].words));
	return err_set(err, ERR_TLS, _("not believed for %s: %s"), name,
		       words.len ? words.bytes : _("no reason was given"));
}

static bool verify_chain(gnutls_session_t session, gnutls_x509_crt_t certificate, char *name,
			 struct err *err)
{
	struct reference reference;
	unsigned verdict = GNUTLS_CERT_INVALID;

	reference_init(&reference, name);
	int status = gnutls->certificate_verify_peers(session, reference.data, 2, &verdict);
	if (status < 0)
		return err_set(err, ERR_TLS, _("the certificate can't be verified: %s"),
			       gnutls->strerror(status));
	if (verdict != 0)
		return refuse(verdict, reference.name, err);
	if (!has_name_of_kind(certificate, reference.alt_name_kind))
		return err_set(
			err, ERR_TLS,
			_("not believed for %s: it has no name of that kind (subjectAltName)"),
			reference.name);
	return true;
}

/* For any of the names. */
static bool verify_names(gnutls_session_t session, gnutls_x509_crt_t certificate,
			 const struct reference_names *names, struct err *err)
{
	size_t count = names ? sizeof names->items / sizeof *names->items : 0;

	err_set(err, ERR_TLS, _("there is no name that it could be for"));
	for (size_t i = 0; i < count; i++)
		if (names->items[i] && verify_chain(session, certificate, names->items[i], err)) {
			err_done(err);
			return true;
		}
	return false;
}

bool trust_verify(gnutls_session_t session, const struct settings *settings,
		  const struct reference_names *names, struct err *err)
{
	gnutls_x509_crt_t certificate;
	bool is_good;

	if (!settings->tls_certcheck)
		return true;
	if (!get_certificate(session, &certificate, err))
		return false;
	if (settings->tls_fingerprint.len > 0)
		is_good = verify_fingerprint(certificate, &settings->tls_fingerprint, err);
	else
		is_good = verify_names(session, certificate, names, err);
	gnutls->x509_crt_deinit(certificate);
	return is_good || err_wrap(err, _("verifying the server's certificate"));
}

static void describe_name(struct str *out, const char *label,
			  int (*get)(gnutls_x509_crt_t, gnutls_datum_t *, unsigned),
			  gnutls_x509_crt_t certificate)
{
	gnutls_datum_t name = { 0 };

	if (get(certificate, &name, 0) < 0)
		return;
	str_addf(out, "    %s: ", label);
	str_add_printable(out, (const char *)name.data, name.size);
	str_add_char(out, '\n');
	free(name.data);
}

static void describe_time(struct str *out, const char *label, time_t when)
{
	str_addf(out, "    %s: ", label);
	clock_add_date(out, when);
	str_add_char(out, '\n');
}

void trust_describe(gnutls_session_t session, struct str *out)
{
	CLEANUP(err_done) struct err unused = ERR_INIT;
	gnutls_x509_crt_t certificate;
	unsigned char digest[32];
	size_t len = sizeof digest;

	if (!get_certificate(session, &certificate, &unused))
		return;
	str_add(out, _("TLS certificate:\n"));
	describe_name(out, _("subject"), gnutls->x509_crt_get_dn3, certificate);
	describe_name(out, _("issuer"), gnutls->x509_crt_get_issuer_dn3, certificate);
	describe_time(out, _("valid from"), gnutls->x509_crt_get_activation_time(certificate));
	describe_time(out, _("valid until"), gnutls->x509_crt_get_expiration_time(certificate));
	if (gnutls->x509_crt_get_fingerprint(certificate, GNUTLS_DIG_SHA256, digest, &len) == 0) {
		str_add(out, "    SHA-256: ");
		add_hex(out, digest, len);
		str_add_char(out, '\n');
	}
	gnutls->x509_crt_deinit(certificate);
}
