/* identity.c - our own certificate and its key, from files or a token */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/identity.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "conf/uri.h"
#include "net/filekind.h"

#include <string.h>

enum {
	FILE_MAX = 1 << 20,
	CHAIN_MAX = 16,
};

static bool has_identity(const struct settings *settings)
{
	return settings->tls_key_file && settings->tls_cert_file;
}

static bool read_setting_file(const char *setting, const char *path, struct str *content,
			      struct err *err)
{
	return file_load(path, content, ERR_NOINPUT, err) || err_wrap(err, "%s %s", setting, path);
}

/* Matches the label of PKCS#8 as well as the header of older files (RFC 1421). */
static bool is_encrypted(const struct str *pem)
{
	return memmem(pem->bytes, pem->len, "ENCRYPTED", 9) != NULL;
}

static bool has_pin(const char *uri)
{
	CLEANUP(secret_done) struct secret pin = { 0 };
	CLEANUP(err_done) struct err later = ERR_INIT;

	return uri_is_token(uri) && (!uri_get_pin(uri, &pin, &later) || pin.bytes);
}

bool identity_wants_password(const struct settings *settings)
{
	CLEANUP(str_done) struct str pem = STR_SECRET(FILE_MAX);
	CLEANUP(err_done) struct err later = ERR_INIT;
	const char *key = settings->tls_key_file;

	if (!has_identity(settings))
		return false;
	if (uri_is_token(key) || uri_is_token(settings->tls_cert_file))
		return !has_pin(key) && !has_pin(settings->tls_cert_file);
	/* A pipe can be read only once, and the key is read when the certificate is loaded. */
	CLEANUP(fs_close_at) int fd = file_open(key, ERR_NOINPUT, &later);
	return fd >= 0 && file_is_regular(fd) &&
	       file_read(fd, clock_after(FILE_SECONDS), &pem, ERR_NOINPUT, &later) &&
	       is_encrypted(&pem);
}

/* The certificate chain, the client's first */

struct chain {
	gnutls_pcert_st certificates[CHAIN_MAX];
	unsigned count;
};

static void chain_done(struct chain *chain)
{
	for (unsigned i = 0; i < chain->count; i++)
		gnutls->pcert_deinit(&chain->certificates[i]);
	chain->count = 0;
}

static bool read_chain(struct chain *chain, const struct str *pem, struct err *err)
{
	const gnutls_datum_t data = { (unsigned char *)pem->bytes, (unsigned)pem->len };
	unsigned count = CHAIN_MAX;
	bool is_der = filekind_is_der(pem->bytes, pem->len);
	const char *words = filekind_words(pem->bytes, pem->len);
	int status = gnutls->pcert_list_import_x509_raw(
		chain->certificates, &count, &data,
		is_der ? GNUTLS_X509_FMT_DER : GNUTLS_X509_FMT_PEM, 0);

	if (status >= 0 && count > 0) {
		chain->count = count;
		return true;
	}
	return err_set(err, ERR_NOINPUT, "%s",
		       words        ? words
		       : status < 0 ? gnutls_words(status)
				    : _("no certificate in it"));
}

static bool load_chain(struct identity *identity, struct chain *chain, struct err *err)
{
	CLEANUP(str_done) struct str pem = STR_MAX(FILE_MAX);
	const char *file = identity->settings->tls_cert_file;

	if (uri_is_token(file))
		return read_chain(chain, &identity->token.chain, err) ||
		       err_wrap(err, "tls_cert_file");
	return read_setting_file("tls_cert_file", file, &pem, err) &&
	       (read_chain(chain, &pem, err) || err_wrap(err, "tls_cert_file %s", file));
}

/* A key in a file */

static bool read_key(gnutls_privkey_t key, const struct str *pem, const struct secret *password,
		     struct err *err)
{
	const gnutls_datum_t data = { (unsigned char *)pem->bytes, (unsigned)pem->len };
	bool needs_password = is_encrypted(pem);

	if (needs_password && password->len == 0)
		return err_set(err, ERR_AUTH,
			       _("the key is encrypted: set password or passwordeval"));
	int status = gnutls->privkey_import_x509_raw(key, &data, GNUTLS_X509_FMT_PEM,
						     needs_password ? password->bytes : NULL, 0);
	if (status == GNUTLS_E_DECRYPTION_FAILED && needs_password)
		return err_set(err, ERR_AUTH, _("the password does not decrypt the key"));
	return status >= 0 || err_set(err, ERR_NOINPUT, "%s", gnutls_words(status));
}

static bool load_key_file(struct identity *identity, gnutls_privkey_t key,
			  const struct secret *password, struct err *err)
{
	CLEANUP(str_done) struct str pem = STR_SECRET(FILE_MAX);
	const char *file = identity->settings->tls_key_file;

	return read_setting_file("tls_key_file", file, &pem, err) &&
	       (read_key(key, &pem, password, err) || err_wrap(err, "tls_key_file %s", file));
}

/* A key on a token: GnuTLS calls these functions, and the token's process answers */

static bool refuse_pair(struct err *err)
{
	return err_set(err, ERR_NOINPUT,
		       _("tls_key_file is not the key of the certificate in tls_cert_file"));
}

/* The signature itself shows best whether the certificate belongs to another key. */
static bool is_of_certificate(const struct identity *identity, const struct pkcs11_task *task,
			      const struct str *signature)
{
	const gnutls_datum_t made = { (unsigned char *)signature->bytes, (unsigned)signature->len };
	bool is_raw = task->algorithm == GNUTLS_SIGN_RSA_RAW;
	gnutls_pubkey_t key = identity->public_key;

	if (!task->is_hash)
		return gnutls->pubkey_verify_data2(key, task->algorithm, 0, task->data, &made) >= 0;
	return gnutls->pubkey_verify_hash2(key, task->algorithm,
					   is_raw ? GNUTLS_VERIFY_USE_TLS1_RSA : 0, task->data,
					   &made) >= 0;
}

static int sign(struct identity *identity, const struct pkcs11_task *task,
		gnutls_datum_t *signature)
{
	CLEANUP(str_done) struct str made = STR_MAX(PROC_FRAME_MAX);

	if (!pkcs11_sign(&identity->token, task, identity->deadline, &made, &identity->err)) {
		err_wrap(&identity->err, _("signing by the token of tls_key_file"));
		return GNUTLS_E_PK_SIGN_FAILED;
	}
	if (!is_of_certificate(identity, task, &made)) {
		refuse_pair(&identity->err);
		return GNUTLS_E_PK_SIGN_FAILED;
	}
	signature->data = (unsigned char *)mem_copy_n(made.bytes, made.len);
	signature->size = (unsigned)made.len;
	return 0;
}

/* Signs data by an algorithm with a built-in hash (EdDSA). */
static int sign_data(gnutls_privkey_t key, gnutls_sign_algorithm_t algorithm, void *arg,
		     unsigned flags, const gnutls_datum_t *data, gnutls_datum_t *signature)
{
	(void)key;
	(void)flags;
	return sign(arg, &(struct pkcs11_task){ algorithm, false, data }, signature);
}

static int sign_hash(gnutls_privkey_t key, gnutls_sign_algorithm_t algorithm, void *arg,
		     unsigned flags, const gnutls_datum_t *hash, gnutls_datum_t *signature)
{
	(void)key;
	(void)flags;
	return sign(arg, &(struct pkcs11_task){ algorithm, true, hash }, signature);
}

static bool can_sign(const struct pkcs11_token *token, gnutls_sign_algorithm_t algorithm)
{
	gnutls_pk_algorithm_t needed = gnutls->sign_get_pk_algorithm(algorithm);

	if (needed == GNUTLS_PK_RSA_PSS && token->algorithm == GNUTLS_PK_RSA)
		return token->can_pss;
	return gnutls->sign_supports_pk_algorithm(algorithm, token->algorithm) != 0;
}

static int tell_about_key(gnutls_privkey_t key, unsigned flags, void *arg)
{
	const struct identity *identity = arg;

	(void)key;
	if (flags & GNUTLS_PRIVKEY_INFO_PK_ALGO)
		return (int)identity->token.algorithm;
	if (flags & GNUTLS_PRIVKEY_INFO_PK_ALGO_BITS)
		return (int)identity->token.bits;
	if (flags & GNUTLS_PRIVKEY_INFO_HAVE_SIGN_ALGO)
		return can_sign(&identity->token,
				(gnutls_sign_algorithm_t)GNUTLS_FLAGS_TO_SIGN_ALGO(flags));
	return -1;
}

/*
 * Separates the PIN from a token's URI. A file name stays as it is, and an earlier PIN takes
 * precedence.
 */
static bool split_uri(const char *uri, char **bare, struct secret *pin, struct err *err)
{
	if (!uri_is_token(uri))
		return true;
	*bare = uri_without_pin(uri);
	return pin->bytes || uri_get_pin(uri, pin, err) || err_wrap(err, "%s", *bare);
}

static bool open_token(struct identity *identity, const struct secret *password, int64_t deadline,
		       struct err *err)
{
	CLEANUP(mem_free_at) char *key = NULL;
	CLEANUP(mem_free_at) char *certificate = NULL;
	CLEANUP(secret_done) struct secret pin = { 0 };

	if (!split_uri(identity->settings->tls_key_file, &key, &pin, err) ||
	    !split_uri(identity->settings->tls_cert_file, &certificate, &pin, err))
		return false;
	const struct pkcs11_wish wish = { key, certificate, pin.bytes ? &pin : password };
	return pkcs11_open(&identity->token, &wish, deadline, err);
}

static bool load_key(struct identity *identity, gnutls_certificate_credentials_t credentials,
		     gnutls_privkey_t key, const struct secret *password, struct err *err)
{
	if (!uri_is_token(identity->settings->tls_key_file))
		return load_key_file(identity, key, password, err);
	if (gnutls->pubkey_get_pk_algorithm(identity->public_key, NULL) !=
	    (int)identity->token.algorithm)
		return refuse_pair(err);
	/*
	 * GnuTLS would verify the pair by a trial signature, and some tokens want a button pressed
	 * for each signature.
	 */
	gnutls->certificate_set_flags(credentials, GNUTLS_CERTIFICATE_SKIP_KEY_CERT_MATCH);
	int status = gnutls->privkey_import_ext4(key, identity, sign_data, sign_hash, NULL, NULL,
						 tell_about_key, 0);
	return status >= 0 || err_set(err, ERR_SYSTEM, "%s", gnutls_words(status));
}

static void free_key_at(gnutls_privkey_t *key)
{
	if (*key)
		gnutls->privkey_deinit(*key);
}

/* The objects that GnuTLS has taken over are released with the credentials. */
static bool show_certificate(struct identity *identity,
			     gnutls_certificate_credentials_t credentials,
			     const struct secret *password, struct err *err)
{
	CLEANUP(chain_done) struct chain chain = { .count = 0 };
	CLEANUP(free_key_at) gnutls_privkey_t key = NULL;

	if (!load_chain(identity, &chain, err))
		return false;
	identity->public_key = chain.certificates[0].pubkey;
	if (gnutls->privkey_init(&key) < 0)
		mem_exhausted();
	if (!load_key(identity, credentials, key, password, err))
		return false;
	int status = gnutls->certificate_set_key(credentials, NULL, 0, chain.certificates,
						 (int)chain.count, key);
	if (status == GNUTLS_E_CERTIFICATE_KEY_MISMATCH)
		return refuse_pair(err);
	if (status < 0)
		return err_set(err, ERR_NOINPUT, "tls_cert_file: %s", gnutls_words(status));
	chain.count = 0;
	key = NULL;
	return true;
}

bool identity_init(struct identity *identity, gnutls_certificate_credentials_t credentials,
		   const struct settings *settings, const struct secret *password, int64_t deadline,
		   struct err *err)
{
	bool is_on_token =
		uri_is_token(settings->tls_key_file) || uri_is_token(settings->tls_cert_file);

	*identity = (struct identity){ .settings = settings };
	if (!has_identity(settings))
		return true;
	if ((!is_on_token || open_token(identity, password, deadline, err)) &&
	    show_certificate(identity, credentials, password, err))
		return true;
	identity_done(identity);
	return false;
}

void identity_rest(struct identity *identity)
{
	pkcs11_close(&identity->token);
	err_done(&identity->err);
}

void identity_done(struct identity *identity)
{
	identity_rest(identity);
	*identity = (struct identity){ 0 };
}
