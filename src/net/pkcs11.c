/* pkcs11.c - a key and a certificate on a PKCS#11 token, in a process of its own */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/pkcs11.h"

#include "base/i18n.h"

#include <stdlib.h>
#include <string.h>

/* The mechanism of PKCS#11 that signs by RSASSA-PSS. */
enum { CKM_RSA_PKCS_PSS = 0x0D };

/* The header of every later question; the bytes to be signed follow. */
struct asked {
	uint32_t algorithm;
	uint32_t is_hash;
};

/* The child's first answer; the certificates follow. */
struct opened {
	uint32_t algorithm;
	uint32_t bits;
	uint32_t can_pss;
};

/* In the child */

struct holder {
	const struct pkcs11_wish *wish;
	gnutls_privkey_t key;
	bool is_open;
	char *logged_in;    /* the URL of the token that got the PIN */
	struct err refusal; /* why the token gets no PIN */
};

static bool refuse_login(struct holder *holder, const char *label, const char *reason)
{
	CLEANUP(str_done) struct str shown = STR_INIT;

	str_add_printable(&shown, label, strlen(label));
	return err_set(&holder->refusal, ERR_AUTH, _("token \"%s\": %s"), shown.bytes, reason);
}

/*
 * After one refusal all later requests are refused: a PIN that is tried too often locks the token.
 */
static bool may_give(struct holder *holder, const char *url, const char *label, unsigned flags)
{
	if (holder->refusal.kind != ERR_NONE)
		return false;
	if (flags & GNUTLS_PIN_WRONG)
		return refuse_login(holder, label, _("the PIN is wrong; it is not tried again"));
	if (holder->wish->pin->len == 0)
		return refuse_login(
			holder, label,
			_("it asks for a PIN: set password or passwordeval, or pin-source "
			  "in the URI"));
	if (flags & GNUTLS_PIN_FINAL_TRY)
		return refuse_login(
			holder, label,
			_("one more wrong PIN would lock it, so no PIN is tried: log in by other "
			  "means first, for example by p11tool --login --list-all"));
	if (holder->logged_in && strcmp(holder->logged_in, url) != 0)
		return refuse_login(holder, label,
				    _("it is the second token that asks for the PIN: name the "
				      "right token by token= in the URI"));
	if (!holder->logged_in)
		holder->logged_in = mem_copy(url);
	return true;
}

/* GnuTLS takes a negative number as "no"; after any other it asks again without end. */
static int give_pin(void *arg, int attempt, const char *url, const char *label, unsigned flags,
		    char *pin, size_t room)
{
	struct holder *holder = arg;
	const struct secret *known = holder->wish->pin;

	if (!may_give(holder, url, label, attempt > 0 ? flags | GNUTLS_PIN_WRONG : flags))
		return GNUTLS_E_PKCS11_PIN_ERROR;
	if (known->len >= room) {
		refuse_login(holder, label, _("the PIN is too long"));
		return GNUTLS_E_PKCS11_PIN_ERROR;
	}
	memcpy(pin, known->bytes, known->len + 1);
	return 0;
}

static bool fail_pkcs11(const struct holder *holder, int status, struct err *err)
{
	if (holder->refusal.kind != ERR_NONE) {
		err_copy(err, &holder->refusal);
		return false;
	}
	if (status == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE ||
	    status == GNUTLS_E_PKCS11_REQUESTED_OBJECT_NOT_AVAILBLE)
		return err_set(err, ERR_NOINPUT,
			       _("there is no such object (is the token there, and named in the "
				 "URI? see p11tool --list-tokens)"));
	if (status == GNUTLS_E_PKCS11_PIN_ERROR || status == GNUTLS_E_PKCS11_PIN_LOCKED ||
	    status == GNUTLS_E_PKCS11_PIN_EXPIRED || status == GNUTLS_E_PKCS11_USER_ERROR)
		return err_set(err, ERR_AUTH, "%s", gnutls_words(status));
	return err_set(err, ERR_NOINPUT, "%s", gnutls_words(status));
}

static bool find_key(struct holder *holder, struct opened *opened, struct err *err)
{
	const char *uri = holder->wish->key;
	unsigned bits = 0;

	if (gnutls->privkey_init(&holder->key) < 0)
		mem_exhausted();
	int status = gnutls->privkey_import_url(holder->key, uri, 0);
	if (status >= 0)
		status = gnutls->privkey_get_pk_algorithm(holder->key, &bits);
	if (status < 0)
		return fail_pkcs11(holder, status, err) || err_wrap(err, "tls_key_file %s", uri);
	opened->algorithm = (uint32_t)status;
	opened->bits = bits;
	opened->can_pss =
		gnutls->pkcs11_token_check_mechanism(uri, CKM_RSA_PKCS_PSS, NULL, 0, 0) != 0;
	return true;
}

/* Appends the certificates in PEM, and releases the list. */
static bool add_chain(struct str *chain, gnutls_x509_crt_t *list, unsigned count)
{
	bool is_good = true;

	for (unsigned i = 0; i < count; i++) {
		gnutls_datum_t pem = { 0 };
		is_good &= gnutls->x509_crt_export2(list[i], GNUTLS_X509_FMT_PEM, &pem) == 0;
		str_add_n(chain, pem.data, pem.size);
		free(pem.data);
		gnutls->x509_crt_deinit(list[i]);
	}
	free(list);
	return is_good;
}

/*
 * Finds the certificate, and its issuers if the token has them. Most tokens show certificates
 * without a login.
 */
static bool find_certificate(struct holder *holder, struct str *chain, struct err *err)
{
	static const unsigned ways[] = { 0, GNUTLS_PKCS11_OBJ_FLAG_LOGIN };
	const char *uri = holder->wish->certificate;
	gnutls_x509_crt_t *list = NULL;
	unsigned count = 0;
	int status = GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE;

	for (size_t i = 0; status < 0 && i < LENGTH(ways); i++)
		status = gnutls->x509_crt_list_import_url(&list, &count, uri, give_pin, holder,
							  ways[i]);
	if (status >= 0 && add_chain(chain, list, count))
		return true;
	return fail_pkcs11(holder, status < 0 ? status : GNUTLS_E_INTERNAL_ERROR, err) ||
	       err_wrap(err, "tls_cert_file %s", uri);
}

/* Opens the key first: it needs the login, which then lasts. */
static bool open_objects(struct holder *holder, struct str *answer, struct err *err)
{
	CLEANUP(str_done) struct str chain = STR_INIT;
	struct opened opened = { 0 };

	gnutls->pkcs11_set_pin_function(give_pin, holder);
	if (holder->wish->key && !find_key(holder, &opened, err))
		return false;
	if (holder->wish->certificate && !find_certificate(holder, &chain, err))
		return false;
	str_add_n(answer, &opened, sizeof opened);
	str_add_n(answer, chain.bytes, chain.len);
	holder->is_open = true;
	return true;
}

static bool sign(struct holder *holder, const struct str *question, struct str *answer,
		 struct err *err)
{
	gnutls_datum_t signature = { 0 };
	struct asked asked;

	if (question->len < sizeof asked)
		return fail_pkcs11(holder, GNUTLS_E_INTERNAL_ERROR, err);
	memcpy(&asked, question->bytes, sizeof asked);
	const gnutls_datum_t data = {
		.data = (unsigned char *)question->bytes + sizeof asked,
		.size = (unsigned)(question->len - sizeof asked),
	};
	int status = (asked.is_hash ? gnutls->privkey_sign_hash2 : gnutls->privkey_sign_data2)(
		holder->key, (gnutls_sign_algorithm_t)asked.algorithm, 0, &data, &signature);
	if (status < 0)
		return fail_pkcs11(holder, status, err);
	str_add_n(answer, signature.data, signature.size);
	free(signature.data);
	return true;
}

static bool respond(struct holder *holder, int channel, const struct str *question)
{
	CLEANUP(str_done) struct str answer = STR_INIT;
	CLEANUP(err_done) struct err err = ERR_INIT;
	bool is_done = holder->is_open ? sign(holder, question, &answer, &err)
				       : open_objects(holder, &answer, &err);

	return is_done ? proc_partner_answer(channel, answer.bytes, answer.len)
		       : proc_partner_fail(channel, &err);
}

static void hold(void *arg, int channel)
{
	struct holder holder = { .wish = arg };
	CLEANUP(str_done) struct str question = STR_INIT;

	while (proc_partner_listen(channel, &question) && respond(&holder, channel, &question))
		;
	if (holder.key)
		gnutls->privkey_deinit(holder.key);
	gnutls->pkcs11_deinit();
}

/* In the parent */

static bool take_opened(struct pkcs11_token *token, const struct str *answer, struct err *err)
{
	struct opened opened;

	if (answer->len < sizeof opened)
		return err_set(err, ERR_NET, _("the helper process failed"));
	memcpy(&opened, answer->bytes, sizeof opened);
	token->algorithm = (gnutls_pk_algorithm_t)opened.algorithm;
	token->bits = opened.bits;
	token->can_pss = opened.can_pss != 0;
	str_add_n(&token->chain, answer->bytes + sizeof opened, answer->len - sizeof opened);
	return true;
}

bool pkcs11_open(struct pkcs11_token *token, const struct pkcs11_wish *wish, int64_t deadline,
		 struct err *err)
{
	CLEANUP(str_done) struct str answer = STR_MAX(PROC_FRAME_MAX);
	struct pkcs11_wish borrowed = *wish;

	*token = (struct pkcs11_token){ .chain = STR_INIT };
	if (proc_partner_open(&token->partner, hold, &borrowed, err) &&
	    proc_partner_ask(&token->partner, "", 0, deadline, &answer, err) &&
	    take_opened(token, &answer, err))
		return true;
	pkcs11_close(token);
	return false;
}

void pkcs11_close(struct pkcs11_token *token)
{
	proc_partner_close(&token->partner);
	str_done(&token->chain);
}

bool pkcs11_sign(struct pkcs11_token *token, const struct pkcs11_task *task, int64_t deadline,
		 struct str *signature, struct err *err)
{
	CLEANUP(str_done) struct str question = STR_INIT;
	const struct asked asked = { (uint32_t)task->algorithm, task->is_hash };

	str_add_n(&question, &asked, sizeof asked);
	str_add_n(&question, task->data->data, task->data->size);
	return proc_partner_ask(&token->partner, question.bytes, question.len, deadline, signature,
				err);
}
