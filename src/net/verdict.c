/* verdict.c - the reason why a certificate is rejected, and the setting that would help */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/verdict.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "conf/pin.h"
#include "net/certificate.h"
#include "net/host.h"

#include <string.h>
#include <time.h>

enum { CHAIN_MAX = 16 };

/* GnuTLS passes no user data to its callback, so the state is static. */
static struct {
	const struct peer_chain *peer;
	unsigned reasons[CHAIN_MAX];
} heard;

static int note_reasons(gnutls_x509_crt_t certificate, gnutls_x509_crt_t issuer,
			gnutls_x509_crl_t list, unsigned reasons)
{
	const struct peer_chain *peer = heard.peer;

	(void)issuer;
	(void)list;
	for (unsigned i = 0; peer && i < peer->count && i < CHAIN_MAX; i++)
		if (gnutls->x509_crt_equals2(certificate, &peer->chain[i]))
			heard.reasons[i] |= reasons;
	return 0;
}

void verdict_watch(const struct peer_chain *peer)
{
	memset(&heard, 0, sizeof heard);
	heard.peer = peer;
	gnutls->session_set_verify_output_function(peer->session, note_reasons);
}

/* A certificate, and the facts for a sentence about it. */
struct finding {
	const struct settings *settings;
	gnutls_x509_crt_t certificate;
	gnutls_x509_crt_t own; /* the relay's certificate; differs if an issuer's is at fault */
	const char *name;
};

static void add_printable(struct str *out, const char *text)
{
	str_add_printable(out, text ? text : "", text ? strlen(text) : 0);
}

/*
 * Suggests tls_pin, the only way to accept a certificate that can't pass the other checks. The user
 * has to compare the pin: the key shown here may be an attacker's.
 */
static void say_pin(struct str *out, const struct finding *finding)
{
	CLEANUP(str_done) struct str shown = STR_INIT;
	struct pin pin;

	if (!certificate_pin(finding->own, &pin))
		return;
	pin_print(&pin, &shown);
	str_addf(out,
		 _("; only if the operator of the relay tells you the same public key, trust that "
		   "key alone with two lines in the account: tls_trust_file (with nothing after "
		   "it) and tls_pin %s"),
		 shown.bytes);
}

/*
 * Whether the certificate has a name that can pass the name check. Without such a name a trusted
 * issuer is no cure.
 */
static bool has_usable_name(const struct finding *finding)
{
	CLEANUP(str_done) struct str unused = STR_INIT;

	return certificate_add_usable_names(&unused, finding->own);
}

static void say_self_signed(struct str *out, const struct finding *finding, const char *file)
{
	CLEANUP(str_done) struct str digest = STR_INIT;

	str_addf(out, _("it is self-signed, and not in tls_trust_file %s"), file);
	if (!has_usable_name(finding)) {
		say_pin(out, finding);
		return;
	}
	certificate_add_digest(&digest, finding->certificate, GNUTLS_DIG_SHA256);
	str_addf(out,
		 _("; only if the operator of the relay tells you the same fingerprint, set "
		   "tls_fingerprint %s"),
		 digest.bytes);
}

static void say_unknown_issuer(struct str *out, const struct finding *finding)
{
	CLEANUP(str_done) struct str file = STR_INIT;

	add_printable(&file, finding->settings->tls_trust_file);
	if (certificate_is_self_signed(finding->certificate)) {
		say_self_signed(out, finding, file.bytes);
		return;
	}
	str_addf(out,
		 _("its issuer is not in tls_trust_file %s (or the relay leaves out a certificate "
		   "in between)"),
		 file.bytes);
	if (has_usable_name(finding))
		str_add(out, _("; if you trust that issuer, set tls_trust_file to a file with its "
			       "certificate"));
	else
		say_pin(out, finding);
}

static void say_expired(struct str *out, const struct finding *finding)
{
	CLEANUP(str_done) struct str date = STR_INIT;
	CLEANUP(str_done) struct str now = STR_INIT;

	clock_add_date(&date, gnutls->x509_crt_get_expiration_time(finding->certificate));
	clock_add_date(&now, time(NULL));
	str_addf(out, _("it expired on %s (this system's clock says %s; is that right?)"),
		 date.bytes, now.bytes);
}

static void say_not_yet_valid(struct str *out, const struct finding *finding)
{
	CLEANUP(str_done) struct str date = STR_INIT;
	CLEANUP(str_done) struct str now = STR_INIT;

	clock_add_date(&date, gnutls->x509_crt_get_activation_time(finding->certificate));
	clock_add_date(&now, time(NULL));
	str_addf(out,
		 _("it is not yet valid, but from %s on (this system's clock says %s; is that "
		   "right?)"),
		 date.bytes, now.bytes);
}

static void say_weak(struct str *out, const struct finding *finding)
{
	CLEANUP(str_done) struct str strength = STR_INIT;

	certificate_add_strength(&strength, finding->certificate);
	str_addf(out, _("its key or signature is too weak: %s"), strength.bytes);
}

static void say_out_of_date(struct str *out, const struct finding *finding)
{
	CLEANUP(str_done) struct str file = STR_INIT;

	add_printable(&file, finding->settings->tls_crl_file);
	if (file.len)
		str_addf(out, _("the OCSP answer with it, or tls_crl_file %s, is out of date"),
			 file.bytes);
	else
		str_add(out, _("the OCSP answer with it is out of date"));
}

/* Without a usable name in the certificate tls_host_override can't help. */
static void say_which_name(struct str *out, const struct finding *finding, const char *names)
{
	CLEANUP(str_done) struct str usable = STR_INIT;

	if (!certificate_add_usable_names(&usable, finding->certificate)) {
		if (host_is_address(finding->name) && *names)
			str_add(out,
				_("; an address that is written as a DNS name does not count"));
		say_pin(out, finding);
		return;
	}
	if (strcmp(usable.bytes, names) == 0)
		str_add(out, _("; if you know that one of these is the relay's name, set "
			       "tls_host_override to it"));
	else
		str_addf(out,
			 _("; if you know that the relay's name is %s, set tls_host_override to "
			   "that"),
			 usable.bytes);
	if (strstr(usable.bytes, "\"*."))
		str_add(out, _(" (with a word in place of the *)"));
}

static void say_other_name(struct str *out, const struct finding *finding)
{
	CLEANUP(str_done) struct str names = STR_INIT;
	const char *kind = host_is_address(finding->name) ? "IP " : "";

	if (certificate_add_names(&names, finding->certificate))
		str_addf(out, _("it is for %s, not for %s%s"), names.bytes, kind, finding->name);
	else
		str_addf(out,
			 _("it has no name (subjectAltName) to compare with %s; a common name (CN) "
			   "does not count"),
			 finding->name);
	say_which_name(out, finding, names.bytes);
}

static void say_purpose(struct str *out, const struct finding *finding)
{
	str_add(out, _("it is not meant for servers (key purpose)"));
	if (finding->certificate == finding->own)
		say_pin(out, finding);
}

/* Reasons, the gravest first; GNUTLS_CERT_INVALID alone explains nothing. */
static const struct reason {
	unsigned flag;
	const char *words;
	void (*say)(struct str *out, const struct finding *finding);
} reasons_known[] = {
	{ GNUTLS_CERT_REVOKED, N_("its issuer has revoked it"), NULL },
	{ GNUTLS_CERT_SIGNATURE_FAILURE,
	  N_("its signature is wrong: it is not by the issuer whose name it bears"), NULL },
	{ GNUTLS_CERT_SIGNER_NOT_FOUND, NULL, say_unknown_issuer },
	{ GNUTLS_CERT_SIGNER_NOT_CA, N_("its issuer is not an authority"), NULL },
	{ GNUTLS_CERT_SIGNER_CONSTRAINTS_FAILURE,
	  N_("a constraint on its issuer (of names, or of the chain's length) is violated"), NULL },
	{ GNUTLS_CERT_INSECURE_ALGORITHM, NULL, say_weak },
	{ GNUTLS_CERT_UNKNOWN_CRIT_EXTENSIONS, N_("it has an unknown critical extension"), NULL },
	{ GNUTLS_CERT_PURPOSE_MISMATCH, NULL, say_purpose },
	{ GNUTLS_CERT_EXPIRED, NULL, say_expired },
	{ GNUTLS_CERT_NOT_ACTIVATED, NULL, say_not_yet_valid },
	{ GNUTLS_CERT_MISSING_OCSP_STATUS,
	  N_("it demands an OCSP answer with it, and the relay sent none"), NULL },
	{ GNUTLS_CERT_INVALID_OCSP_STATUS, N_("the OCSP answer with it is not valid"), NULL },
	{ GNUTLS_CERT_REVOCATION_DATA_SUPERSEDED, NULL, say_out_of_date },
	{ GNUTLS_CERT_REVOCATION_DATA_ISSUED_IN_FUTURE,
	  N_("the OCSP answer or revocation list is from the future; is the system's clock right?"),
	  NULL },
	{ GNUTLS_CERT_UNEXPECTED_OWNER, NULL, say_other_name },
};

static const struct reason *gravest(unsigned reasons)
{
	static const struct reason unknown = { 0, N_("GnuTLS gives no reason"), NULL };

	for (size_t i = 0; i < LENGTH(reasons_known); i++)
		if (reasons & reasons_known[i].flag)
			return &reasons_known[i];
	return &unknown;
}

/* The index in the chain of the certificate at fault; 0 if GnuTLS did not report one. */
static unsigned place_of(const struct peer_chain *peer, unsigned flag)
{
	for (unsigned i = 0; i < peer->count && i < CHAIN_MAX; i++)
		if (heard.peer == peer && heard.reasons[i] & flag)
			return i;
	return 0;
}

static void describe_place(struct str *out, const struct peer_chain *peer, unsigned place,
			   gnutls_x509_crt_t certificate)
{
	CLEANUP(str_done) struct str subject = STR_INIT;
	CLEANUP(str_done) struct str issuer = STR_INIT;

	certificate_add_subject(&subject, certificate);
	certificate_add_issuer(&issuer, certificate);
	if (place == 0)
		str_addf(out, _("the certificate %s, issued by %s"), subject.bytes, issuer.bytes);
	else
		str_addf(out, _("number %u of the %u certificates that it shows, %s, issued by %s"),
			 place + 1, peer->count, subject.bytes, issuer.bytes);
}

static bool blame(const struct peer_chain *peer, const struct reason *reason, unsigned place,
		  const struct finding *finding, struct err *err)
{
	CLEANUP(str_done) struct str which = STR_INIT;
	CLEANUP(str_done) struct str why = STR_INIT;

	describe_place(&which, peer, place, finding->certificate);
	if (reason->say)
		reason->say(&why, finding);
	else
		str_add(&why, _(reason->words));
	return err_set(err, ERR_TLS, _("not trusted for %s: %s: %s"), finding->name, which.bytes,
		       why.bytes);
}

bool verdict_refuse(const struct peer_chain *peer, unsigned reasons,
		    const struct settings *settings, struct err *err)
{
	const struct reason *reason = gravest(reasons);
	unsigned place = place_of(peer, reason->flag);
	struct finding finding = { .settings = settings,
				   .certificate = peer->certificate,
				   .own = peer->certificate,
				   .name = peer->name };
	gnutls_x509_crt_t other = NULL;

	if (place > 0 && gnutls->x509_crt_init(&other) == 0 &&
	    gnutls->x509_crt_import(other, &peer->chain[place], GNUTLS_X509_FMT_DER) == 0)
		finding.certificate = other;
	else
		place = 0;
	blame(peer, reason, place, &finding, err);
	if (other)
		gnutls->x509_crt_deinit(other);
	return false;
}
