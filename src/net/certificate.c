/* certificate.c - the fields of a certificate as printable text */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/certificate.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "conf/pin.h"
#include "net/host.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

enum {
	SHOWN_MAX = 128, /* limit for one name, in bytes */
	NAMES_MAX = 6,
};

/* Cuts a long text at the end of a character. */
static void add_quoted(struct str *out, const char *bytes, size_t len)
{
	size_t shown = 0;

	while (shown < len) {
		size_t step = str_utf8_len(bytes + shown, len - shown);
		if (shown + (step ? step : 1) > SHOWN_MAX)
			break;
		shown += step ? step : 1;
	}
	str_add_char(out, '"');
	str_add_printable(out, bytes, shown);
	str_add(out, shown < len ? "...\"" : "\"");
}

static void add_distinguished(struct str *out, gnutls_x509_crt_t certificate,
			      int (*get)(gnutls_x509_crt_t, gnutls_datum_t *, unsigned))
{
	gnutls_datum_t name = { 0 };

	if (get(certificate, &name, 0) < 0 || name.size == 0)
		str_add(out, _("(without a name)"));
	else
		add_quoted(out, (const char *)name.data, name.size);
	free(name.data);
}

void certificate_add_subject(struct str *out, gnutls_x509_crt_t certificate)
{
	add_distinguished(out, certificate, gnutls->x509_crt_get_dn3);
}

void certificate_add_issuer(struct str *out, gnutls_x509_crt_t certificate)
{
	add_distinguished(out, certificate, gnutls->x509_crt_get_issuer_dn3);
}

bool certificate_is_self_signed(gnutls_x509_crt_t certificate)
{
	return gnutls->x509_crt_check_issuer(certificate, certificate) != 0;
}

/*
 * Reads the subjectAltName with that index, cut if it is too long, and returns its kind; below 0
 * after the last one.
 */
static int get_name(gnutls_x509_crt_t certificate, unsigned number, char name[static 256],
		    size_t *len)
{
	*len = 256;
	int kind = gnutls->x509_crt_get_subject_alt_name(certificate, number, name, len, NULL);
	if (kind != GNUTLS_E_SHORT_MEMORY_BUFFER)
		return kind;
	*len = 0;
	return GNUTLS_SAN_OTHERNAME;
}

bool certificate_has_name(gnutls_x509_crt_t certificate, unsigned kind)
{
	char name[256];
	size_t len;
	int found = 0;

	for (unsigned i = 0; found >= 0 && found != (int)kind; i++)
		found = get_name(certificate, i, name, &len);
	return found >= 0;
}

static bool add_alt_name(struct str *out, int kind, const char *name, size_t len)
{
	char address[INET6_ADDRSTRLEN];
	int family = len == 4 ? AF_INET : AF_INET6;

	if (kind == GNUTLS_SAN_DNSNAME)
		add_quoted(out, name, len);
	else if (kind == GNUTLS_SAN_IPADDRESS && (len == 4 || len == 16) &&
		 inet_ntop(family, name, address, sizeof address))
		str_addf(out, "IP %s", address);
	else
		return false;
	return true;
}

/* Appends the names that `is_wanted` accepts; NULL accepts all. */
static bool add_names(struct str *out, gnutls_x509_crt_t certificate,
		      bool (*is_wanted)(gnutls_x509_crt_t, int, const char *, size_t))
{
	CLEANUP(str_done) struct str one = STR_INIT;
	unsigned shown = 0;
	char name[256];
	size_t len;
	int kind;

	for (unsigned i = 0; (kind = get_name(certificate, i, name, &len)) >= 0; i++) {
		str_clear(&one);
		if ((is_wanted && !is_wanted(certificate, kind, name, len)) ||
		    !add_alt_name(&one, kind, name, len))
			continue;
		if (shown == NAMES_MAX) {
			str_add(out, _(", and others"));
			break;
		}
		str_addf(out, "%s%s", shown++ ? ", " : "", one.bytes);
	}
	return shown > 0;
}

bool certificate_add_names(struct str *out, gnutls_x509_crt_t certificate)
{
	return add_names(out, certificate, NULL);
}

/* For a wildcard, any name below it will do as a test; GnuTLS knows which wildcards count. */
static bool is_usable(gnutls_x509_crt_t certificate, int kind, const char *name, size_t len)
{
	CLEANUP(mem_free_at) char *wanted = mem_copy_n(name, len);

	if (kind != GNUTLS_SAN_DNSNAME)
		return kind == GNUTLS_SAN_IPADDRESS;
	if (wanted[0] == '*')
		wanted[0] = 'x';
	return strlen(wanted) == len && host_is_name(wanted) && !host_is_address(wanted) &&
	       gnutls->x509_crt_check_hostname2(certificate, wanted, 0) != 0;
}

bool certificate_add_usable_names(struct str *out, gnutls_x509_crt_t certificate)
{
	return add_names(out, certificate, is_usable);
}

void certificate_add_strength(struct str *out, gnutls_x509_crt_t certificate)
{
	unsigned bits = 0;
	int key = gnutls->x509_crt_get_pk_algorithm(certificate, &bits);
	int signature = gnutls->x509_crt_get_signature_algorithm(certificate);
	const char *key_name = gnutls->pk_get_name((gnutls_pk_algorithm_t)key);
	const char *signature_name = gnutls->sign_get_name((gnutls_sign_algorithm_t)signature);

	str_addf(out, _("%s key of %u bits, signed with %s"), key_name ? key_name : "?", bits,
		 signature_name ? signature_name : "?");
}

size_t certificate_digest(gnutls_x509_crt_t certificate, gnutls_digest_algorithm_t algorithm,
			  unsigned char digest[static 32])
{
	size_t len = 32;

	return gnutls->x509_crt_get_fingerprint(certificate, algorithm, digest, &len) < 0 ? 0 : len;
}

void certificate_add_digest(struct str *out, gnutls_x509_crt_t certificate,
			    gnutls_digest_algorithm_t algorithm)
{
	unsigned char digest[32];
	size_t len = certificate_digest(certificate, algorithm, digest);

	for (size_t i = 0; i < len; i++)
		str_addf(out, i ? ":%02X" : "%02X", digest[i]);
}

bool certificate_pin(gnutls_x509_crt_t certificate, struct pin *pin)
{
	size_t len = sizeof pin->bytes;

	return gnutls->x509_crt_get_key_id(certificate, GNUTLS_KEYID_USE_SHA256, pin->bytes,
					   &len) == 0 &&
	       len == sizeof pin->bytes;
}

static void describe_time(struct str *out, const char *label, time_t when)
{
	str_addf(out, "    %s: ", label);
	clock_add_date(out, when);
	str_add_char(out, '\n');
}

static void describe_digests(struct str *out, gnutls_x509_crt_t certificate)
{
	struct pin pin;

	str_add(out, "    SHA-256: ");
	certificate_add_digest(out, certificate, GNUTLS_DIG_SHA256);
	str_add(out, "\n    SHA-1: ");
	certificate_add_digest(out, certificate, GNUTLS_DIG_SHA1);
	str_addf(out, "\n    %s: ", _("public key"));
	if (certificate_pin(certificate, &pin))
		pin_print(&pin, out);
	str_add_char(out, '\n');
}

void certificate_describe(struct str *out, gnutls_x509_crt_t certificate)
{
	str_addf(out, "    %s: ", _("subject"));
	certificate_add_subject(out, certificate);
	str_addf(out, "\n    %s: ", _("issuer"));
	certificate_add_issuer(out, certificate);
	str_addf(out, "\n    %s: ", _("names"));
	if (!certificate_add_names(out, certificate))
		str_add(out, _("(none)"));
	str_add_char(out, '\n');
	describe_time(out, _("valid from"), gnutls->x509_crt_get_activation_time(certificate));
	describe_time(out, _("valid until"), gnutls->x509_crt_get_expiration_time(certificate));
	str_add(out, "    ");
	certificate_add_strength(out, certificate);
	str_add_char(out, '\n');
	describe_digests(out, certificate);
}
