/* filekind.c - recognising files given in place of certificates, by their first bytes; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/filekind.h"

#include "base/i18n.h"

#include <string.h>

enum { DER_SEQUENCE = 0x30 };

/* RFC 7292 section 4, RFC 2315 section 14, RFC 5208 and RFC 8017 (version 0), RFC 5915 (version 1).
 */
static const struct {
	const char *bytes;
	size_t len;
	const char *words;
} binary[] = {
#define BINARY(bytes, words)                                                                       \
	{                                                                                          \
		bytes, sizeof bytes - 1, words                                                     \
	}
	BINARY("\x02\x01\x03\x30", N_("it is a PKCS#12 file; \"openssl pkcs12 -nokeys -in FILE "
				      "-out NEW\" writes the certificates in it as PEM")),
	BINARY("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02",
	       N_("it is a PKCS#7 file; \"openssl pkcs7 -inform DER -print_certs -in FILE -out "
		  "NEW\" "
		  "writes the certificates in it as PEM")),
	BINARY("\x02\x01\x00", N_("it is a private key, and no certificate")),
	BINARY("\x02\x01\x01\x04", N_("it is a private key, and no certificate")),
#undef BINARY
};

/* The first match counts. A file with both a key and a certificate never comes here. */
static const struct {
	const char *mark;
	bool is_first; /* true: only at the very beginning; false: anywhere */
	const char *words;
} texts[] = {
	{ "PRIVATE KEY-----", false, N_("it is a private key, and no certificate") },
	{ "-----BEGIN TRUSTED CERTIFICATE-----", false,
	  N_("it is in a form of OpenSSL's own; \"openssl x509 -in FILE -out NEW\" writes the "
	     "certificate in it as PEM") },
	{ "-----BEGIN PKCS7-----", false,
	  N_("it is a PKCS#7 file; \"openssl pkcs7 -print_certs -in FILE -out NEW\" writes the "
	     "certificates in it as PEM") },
	{ "CERTIFICATE REQUEST-----", false,
	  N_("it is a request for a certificate, and no certificate") },
	{ "-----BEGIN PUBLIC KEY-----", false, N_("it is a public key, and no certificate") },
	{ "-----BEGIN X509 CRL-----", false,
	  N_("it is a revocation list, and no certificate (see tls_crl_file)") },
	{ "-----BEGIN CERTIFICATE-----", false, N_("a certificate in it is damaged") },
	{ "ssh-", true, N_("it is a key for SSH, and no certificate") },
	{ "\xff\xfe", true, N_("it is text in UTF-16; save it as plain text") },
	{ "\xfe\xff", true, N_("it is text in UTF-16; save it as plain text") },
	{ "<", true, N_("it is a web page, and no certificate") },
	{ "\xfe\xed\xfe\xed", true,
	  N_("it is a keystore of Java; \"keytool -exportcert -rfc\" writes a certificate in it as "
	     "PEM") },
};

/* The length of tag and length field in bytes, X.690 section 8.1. */
static size_t der_head(const char *bytes, size_t len)
{
	unsigned char size = len > 1 ? (unsigned char)bytes[1] : 0;

	return size & 0x80 ? 2U + (size & 0x7f) : 2U;
}

bool filekind_is_der(const char *bytes, size_t len)
{
	return len > 4 && bytes[0] == DER_SEQUENCE && !memmem(bytes, len, "-----BEGIN ", 11);
}

static const char *binary_words(const char *bytes, size_t len)
{
	size_t head = der_head(bytes, len);

	for (size_t i = 0; i < LENGTH(binary); i++)
		if (len >= head + binary[i].len &&
		    memcmp(bytes + head, binary[i].bytes, binary[i].len) == 0)
			return _(binary[i].words);
	return NULL;
}

static bool has_mark(const char *bytes, size_t len, const char *mark, bool is_first)
{
	size_t mark_len = strlen(mark);

	return is_first ? len >= mark_len && memcmp(bytes, mark, mark_len) == 0
			: memmem(bytes, len, mark, mark_len) != NULL;
}

const char *filekind_words(const char *bytes, size_t len)
{
	if (len == 0)
		return _("no certificate in it, as it is empty");
	if (filekind_is_der(bytes, len))
		return binary_words(bytes, len);
	for (size_t i = 0; i < LENGTH(texts); i++)
		if (has_mark(bytes, len, texts[i].mark, texts[i].is_first))
			return _(texts[i].words);
	return NULL;
}
