/* usable.c - checks whether an account can be used */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/usable.h"

#include "base/ascii.h"
#include "base/i18n.h"
#include "conf/extensions.h"
#include "conf/loopback.h"
#include "conf/mistake.h"

#include <string.h>

/* Each check returns the text of an error, or NULL. */

/* With host_srv, DNS chooses the relay, and an answer of DNS can be forged. */
static const char *wrong_with_srv(const struct settings *settings)
{
	if (settings->protocol != PROTOCOL_SMTP)
		return _("host_srv: there are no such records for LMTP");
	if (settings->host_fallback)
		return _("host_srv and host_fallback: only one of them can be used");
	if (!settings->tls || !settings->tls_certcheck)
		return _("host_srv: needs tls and tls_certcheck, because DNS alone can't be "
			 "trusted");
	return NULL;
}

/* A text with two colons or more is an IPv6 address. */
static bool has_port(const char *host)
{
	const char *colon = strchr(host, ':');

	return (colon && !strchr(colon + 1, ':')) || strstr(host, "]:");
}

/* Values that the same line may have in config files of other programs. */
static const char *wrong_with_host(const char *host)
{
	if (host[0] == '=')
		return _("host: leave out the = between the setting and its value");
	if (strchr(host, ',') && host[strlen(host) - 1] != ',')
		return _("host: there is a comma in it; further hosts belong into host_fallback");
	if (strpbrk(host, " \t"))
		return _("host: there is a blank in it (a comment must have a line of its own)");
	if (strpbrk(host, "@/"))
		return _("host: expected a name or an address, and nothing else of a URL");
	if (strpbrk(host, "<>{}*?()"))
		return _("host: it has a character that no host name has; write the name of the "
			 "relay instead");
	if (host[0] == '.' || strstr(host, ".."))
		return _("host: a part of the name is empty: two dots in a row, or a dot at the "
			 "beginning");
	if (has_port(host))
		return _("host: expected a name or an address; the port belongs into port");
	return NULL;
}

static const char *wrong_with_relay(const struct settings *settings)
{
	if (!settings->host && !settings->socket)
		return _("host: required, unless socket is set");
	if (settings->socket)
		return NULL;
	if (settings->host_srv)
		return wrong_with_srv(settings);
	if (!settings->port)
		return _("port: required, as there is no default for LMTP");
	return NULL;
}

static const char *wrong_with_tls(const struct settings *settings)
{
	bool has_trust = settings->tls_trust_file && *settings->tls_trust_file;

	if (!settings->tls_key_file != !settings->tls_cert_file)
		return _("tls_key_file and tls_cert_file: one is set without the other");
	if (settings->tls_crl_file && !has_trust)
		return _("tls_crl_file: needs tls_trust_file");
	if (!settings->tls)
		return NULL;
	if (!settings->host && !settings->tls_host_override)
		return _("tls: needs the relay's name, in host or tls_host_override");
	if (!settings->tls_certcheck && settings->tls_pin.count)
		return _("tls_pin: nothing is checked with tls_certcheck off; leave one of them "
			 "out");
	if (settings->tls_certcheck && !has_trust && !settings->tls_fingerprint.len &&
	    !settings->tls_pin.count)
		return _("tls: needs tls_trust_file, tls_pin or tls_fingerprint");
	return NULL;
}

/* An ignored keyword must not disable TLS or the login. */
static const char *wrong_with_extensions(const struct settings *settings)
{
	if (extensions_has(settings->ignore_extensions, "STARTTLS", 8))
		return _("ignore_extensions: STARTTLS can't be ignored; write tls off, or "
			 "tls_starttls off");
	if (extensions_has(settings->ignore_extensions, "AUTH", 4))
		return _("ignore_extensions: AUTH can't be ignored; write auth off");
	return NULL;
}

/* A bad domain would break every bare address. */
static const char *wrong_with_domain(const struct settings *settings)
{
	const char *domain = account_maildomain(settings);
	size_t len = strlen(domain);

	if (domain[0] == '.' || (len > 0 && domain[len - 1] == '.') || strstr(domain, "..") ||
	    strpbrk(domain, "@()<>,;\\\""))
		return _("maildomain: expected a domain such as example.org");
	return NULL;
}

/* A sender in a file may be a pattern, which is for comparison only and must not be sent. */
static const char *wrong_with_sender(const struct settings *settings)
{
	bool is_given = settings->origins[OPT_from].kind >= ORIGIN_MESSAGE;

	if (!settings->from)
		return _("from: required (or give a sender with -f)");
	if (strstr(settings->from, "%F"))
		return _("from: the message has no From field from which %F could be taken");
	if (!is_given && account_is_pattern(settings->from))
		return _("from: is a pattern, so a sender must be given with -f");
	return NULL;
}

/* Appends the fault of a host name or an address. */
static bool find_wrong_name(const struct settings *settings, const struct option *option,
			    struct str *out)
{
	CLEANUP(str_done) struct str text = STR_INIT;
	const char *wrong = option_id(option) == OPT_host && settings->host
				    ? wrong_with_host(settings->host)
				    : NULL;

	if (wrong)
		str_add(out, wrong);
	settings_print(settings, option, &text);
	return wrong || mistake_in_value(option, text.bytes, false, out) == MISTAKE_ERROR;
}

/* A sender that the caller gave is checked as an address elsewhere. */
static bool check_names(const struct settings *settings, struct err *err)
{
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const struct origin *origin = &settings->origins[i];
		CLEANUP(str_done) struct str words = STR_INIT;
		CLEANUP(str_done) struct str place = STR_INIT;
		if (!(options[i].flags & OPTION_PLAIN) || origin->kind == ORIGIN_DEFAULT ||
		    (i == OPT_from && origin->kind >= ORIGIN_MESSAGE))
			continue;
		if (!find_wrong_name(settings, &options[i], &words))
			continue;
		origin_print(origin, &place);
		err_set(err, ERR_CONFIG, "%s", words.bytes);
		return err_wrap(err, "%s", place.bytes);
	}
	return true;
}

bool usable_has_bare_sender(const struct settings *settings)
{
	const char *from = settings->from ? settings->from : "";
	enum origin_kind kind = settings->origins[OPT_from].kind;

	if (settings->socket || loopback_has_relay(settings))
		return false;
	return *from && !strpbrk(from, "@ \t<>\"(),:;") && !settings->auto_from &&
	       !account_is_pattern(from) && (kind == ORIGIN_FILE || kind == ORIGIN_ENVIRONMENT) &&
	       ascii_compare(from, "MAILER-DAEMON") != 0 && !strstr(from, "%F");
}

void usable_add_bare_sender(const struct settings *settings, struct str *out)
{
	origin_print(&settings->origins[OPT_from], out);
	str_addf(out,
		 _(": from: there is no domain after \"%s\"; write an address such as "
		   "%s@example.org"),
		 settings->from, settings->from);
}

static bool check_sender_domain(const struct settings *settings, struct err *err)
{
	CLEANUP(str_done) struct str words = STR_INIT;

	if (!usable_has_bare_sender(settings) || *account_maildomain(settings))
		return true;
	usable_add_bare_sender(settings, &words);
	return err_set(err, ERR_CONFIG, "%s", words.bytes);
}

static bool name_account(const struct account *account, struct err *err)
{
	return account->name ? err_wrap(err, _("account %s from %s"), account->name, account->file)
			     : false;
}

bool usable_check(const struct account *account, bool is_mail, struct err *err)
{
	const struct settings *settings = &account->settings;

	if (!check_names(settings, err))
		return false;
	const char *wrong = wrong_with_relay(settings);
	if (!wrong)
		wrong = wrong_with_tls(settings);
	if (!wrong)
		wrong = wrong_with_extensions(settings);
	if (!wrong)
		wrong = wrong_with_domain(settings);
	if (!wrong && is_mail)
		wrong = wrong_with_sender(settings);
	if (!wrong)
		return !is_mail || check_sender_domain(settings, err);
	err_set(err, ERR_CONFIG, "%s", wrong);
	return name_account(account, err);
}
