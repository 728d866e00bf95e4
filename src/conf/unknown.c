/* unknown.c - advice for a name that is no setting; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/unknown.h"

#include "base/ascii.h"
#include "base/i18n.h"
#include "base/lookalike.h"
#include "conf/option.h"

#include <string.h>

/* Commands of a config file that are no settings. */
static const char *const commands[] = { "account", "defaults", "include", "eval" };

/* Names from ssmtp, dma, Postfix, mutt, libraries and people; in lower case, without - and _. */
static const struct {
	const char *names, *setting;
} synonyms[] = {
	{ " server smtpserver smtphost smtpurl url smtp mailhub mailhost mailserver smarthost "
	  "relayhost relay "
	  "hostname smtpaddress ",
	  "host" },
	{ " smtpport mailport serverport ", "port" },
	{ " username login authuser authusername mailuser smtpuser smtpusername ", "user" },
	{ " pass passwd authpass authpassword smtppass smtppassword secret mailpassword ",
	  "password" },
	{ " passcmd passcommand passwordcmd passwordexec ", "password_command" },
	{ " passeval passwdeval ", "passwordeval" },
	{ " ssl usetls usessl enabletls enablessl securetransfer smtpssl smtptls secure encryption "
	  "smtpencryption smtpusetls ",
	  "tls" },
	{ " starttls usestarttls enablestarttls smtpstarttls ", "tls_starttls" },
	{ " cafile tlscafile smtptlscafile tlsca cacert tlscacert tlstruststore sslca ",
	  "tls_trust_file" },
	{ " tlsverify verify sslverify verifycert tlscheckcert ", "tls_certcheck" },
	{ " fingerprint sslfingerprint ", "tls_fingerprint" },
	{ " clientcert tlscert tlscertificate ", "tls_cert_file" },
	{ " clientkey tlskey ", "tls_key_file" },
	{ " sender mailfrom envelopefrom fromaddress fromaddr email returnpath ", "from" },
	{ " realname fullname fromname sendername displayname ", "from_full_name" },
	{ " mailname mydomain rewritedomain myorigin origin ", "maildomain" },
	{ " helo ehlo heloname helodomain helohost ehlohost ehlodomain localname ", "domain" },
	{ " log logging logpath ", "logfile" },
	{ " proxy socks socksproxy ", "proxy_host" },
	{ " aliasfile aliasesfile alias ", "aliases" },
	{ " authmethod authmechanism authmechanisms mechanism saslmechanism saslmechanisms ",
	  "auth" },
	{ " tlsminprotocol tlsversion tlsprotocol tlsprotocols tlsciphers ciphers sslversion ",
	  "tls_priorities" },
	{ " begin profile ", "account" },
	{ " source ", "include" },
};

const char *unknown_synonym(const char *name)
{
	CLEANUP(str_done) struct str word = STR_INIT;

	str_add_char(&word, ' ');
	for (; *name && *name != ' '; name++)
		if (*name != '-' && *name != '_')
			str_add_char(&word, ascii_lower(*name));
	str_add_char(&word, ' ');
	for (size_t i = 0; i < LENGTH(synonyms); i++)
		if (word.len > 2 && strstr(synonyms[i].names, word.bytes))
			return synonyms[i].setting;
	return NULL;
}

void unknown_offer_settings(struct nearest *nearest)
{
	for (size_t i = 0; i < OPTION_COUNT; i++)
		nearest_offer(nearest, options[i].name);
	for (size_t i = 0; i < option_alias_count; i++)
		nearest_offer(nearest, option_aliases[i].name);
}

static bool is_known(const char *name)
{
	for (size_t i = 0; i < LENGTH(commands); i++)
		if (strcmp(commands[i], name) == 0)
			return true;
	return option_exists(name);
}

/* Characters that are in no name */

static bool is_part_of_name(char c)
{
	return ascii_is_alphanumeric(c) || c == '_' || c == '-';
}

static char *beginning_of(const char *name)
{
	size_t len = 0;

	while (is_part_of_name(name[len]))
		len++;
	return mem_copy_n(name, len);
}

static bool add_hidden(const char *name, struct str *out)
{
	struct lookalike found;

	if (!lookalike_find(name, LOOKALIKE_HIDDEN, &found))
		return false;
	CLEANUP(str_done) struct str character = STR_INIT;
	CLEANUP(mem_free_at) char *start = beginning_of(name);
	lookalike_add(&character, &found);
	if (found.point == '\r')
		str_addf(out, _("there is %s after \"%s\"; save the file with Unix line ends (LF)"),
			 character.bytes, start);
	else if (found.at == 0)
		str_addf(out, _("the line begins with %s; delete it"), character.bytes);
	else if (found.meant)
		str_addf(out, _("there is %s after \"%s\"; type a blank there instead"),
			 character.bytes, start);
	else
		str_addf(out, _("there is %s in or after \"%s\"; delete it"), character.bytes,
			 start);
	return true;
}

static bool add_dash(const char *name, struct str *out)
{
	CLEANUP(mem_free_at) char *mended = lookalike_mend(name, LOOKALIKE_DASH);
	const char *word = mended + strspn(mended, "-");
	struct lookalike found;

	if (!lookalike_find(name, LOOKALIKE_DASH, &found) || !is_known(word))
		return false;
	lookalike_add(out, &found);
	str_addf(out, _(" is no hyphen; write: %s"), word);
	return true;
}

/* `host: x`, `host=x`, `host:x`: a separator after the name of a setting. */
static bool add_separator(const char *name, struct str *out)
{
	CLEANUP(mem_free_at) char *start = beginning_of(name);
	const char *rest = name + strlen(start);
	struct lookalike sign;

	bool is_sign = lookalike_begins(rest, LOOKALIKE_SIGN, &sign);
	if (!is_known(start) || (*rest != ':' && *rest != '=' && !is_sign))
		return false;
	CLEANUP(str_done) struct str character = STR_INIT;
	if (is_sign)
		lookalike_add(&character, &sign);
	else
		str_addf(&character, "\"%c\"", *rest);
	str_addf(out, _("leave out the %s between the setting and its value; write: %s %s"),
		 character.bytes, start, strcmp(start, "account") == 0 ? _("NAME") : _("VALUE"));
	return true;
}

static bool add_quotes(const char *name, struct str *out)
{
	struct lookalike found;
	bool is_typographic = lookalike_begins(name, LOOKALIKE_QUOTES, &found);
	size_t len = is_typographic ? found.len : 1;

	if (!*name || (!is_typographic && !strchr("\"'`", *name)))
		return false;
	CLEANUP(mem_free_at) char *word = beginning_of(name + len);
	if (!is_known(word))
		return false;
	str_addf(out, _("the name of a setting has no quotes; write: %s"), word);
	return true;
}

/* Lines of other kinds of files */

static bool add_section(const char *name, struct str *out)
{
	if (*name != '[')
		return false;
	CLEANUP(mem_free_at) char *word = mem_copy_n(name + 1, strcspn(name + 1, "]"));
	CLEANUP(str_done) struct str shown = STR_INIT;
	str_add_printable(&shown, *word ? word : _("NAME"), strlen(*word ? word : _("NAME")));
	str_addf(out, _("there are no sections in brackets; write: account %s"), shown.bytes);
	return true;
}

static bool add_comment(const char *name, struct str *out)
{
	static const char *const marks[] = { ";", "//", "/*", "*", "%", "!", "--" };
	struct lookalike sign;

	if (lookalike_begins(name, LOOKALIKE_SIGN, &sign) && sign.meant == '#') {
		lookalike_add(out, &sign);
		str_add(out, _(" begins no comment; write: #"));
		return true;
	}
	for (size_t i = 0; i < LENGTH(marks); i++) {
		if (strncmp(name, marks[i], strlen(marks[i])) != 0 || strncmp(name, "---", 3) == 0)
			continue;
		str_addf(out, _("\"%s\" begins no comment; write: #"), marks[i]);
		return true;
	}
	return false;
}

static bool add_option(const char *name, struct str *out)
{
	const char *word = name + strspn(name, "-");
	CLEANUP(mem_free_at) char *start = beginning_of(word);

	if (word == name || !is_known(start))
		return false;
	str_addf(out, _("this is an option of the command line; in a file write: %s"), start);
	return true;
}

/* A line of JSON, YAML, mutt's config, a shell, Markdown, ... */
static bool is_foreign(const char *name, const char *word)
{
	CLEANUP(mem_free_at) char *padded = str_format(" %s ", word);

	return !ascii_is_alphanumeric(*name) || ascii_is_digit(*name) ||
	       strstr(" set export unset machine root ", padded);
}

static void add_nearest(const char *name, struct str *out)
{
	CLEANUP(mem_free_at) char *start = beginning_of(name);
	CLEANUP(str_done) struct str shown = STR_INIT;
	struct nearest nearest = { .text = start };

	for (size_t i = 0; i < LENGTH(commands); i++)
		nearest_offer(&nearest, commands[i]);
	unknown_offer_settings(&nearest);
	const char *synonym = unknown_synonym(start);
	const char *word = synonym ? synonym : nearest.word;
	size_t len = strcspn(name, "=:");
	str_add_printable(&shown, name, len ? len : strlen(name));
	str_addf(out, _("there is no setting \"%s\""), shown.bytes);
	if (is_foreign(name, start))
		str_add(out, _("; a line is the name of a setting, a blank, and its value, as in: "
			       "host smtp.example.org"));
	else if (word)
		str_addf(out, _("; did you mean %s?"), word);
	str_add(out, _(" (mailchute.conf(5) has all of them)"));
}

void unknown_add(const char *name, struct str *out)
{
	static bool (*const ways[])(const char *name, struct str *out) = {
		add_hidden,  add_dash,   add_separator, add_quotes,
		add_section, add_option, add_comment,
	};

	for (size_t i = 0; i < LENGTH(ways); i++)
		if (ways[i](name, out))
			return;
	add_nearest(name, out);
}
