/* secret.c - finding the password or access token of an account */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/secret.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/fs.h"
#include "base/home.h"
#include "base/i18n.h"
#include "base/log.h"
#include "conf/access_token.h"
#include "conf/command.h"
#include "conf/keyring.h"
#include "conf/netrc.h"
#include "conf/private.h"
#include "conf/prompt.h"
#include "conf/secret_input.h"
#include "conf/uri.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	READ_SECONDS = 60,
	NETRC_MAX = 1 << 20,
};

/* A search in progress. Each source fills in `out`, leaves it empty, or fails. */
struct search {
	const struct settings *settings;
	const char *host; /* name of the relay, or path of its socket; NULL: none */
	bool wants_token;
	bool may_ask;
	bool is_refused; /* the server rejected the token that was found before */
	int64_t deadline;
	struct str missing; /* sources that are set and have no secret now */
};

/* True if this process has asked the user. */
static bool is_typed;

static int64_t within(const struct search *search, int seconds)
{
	return clock_earlier(search->deadline, clock_after(seconds));
}

static void add_missing(struct search *search, const char *text)
{
	str_addf(&search->missing, "%s%s", search->missing.len ? "; " : "", text);
}

/* Settings */

static bool from_password(struct search *search, struct credential *out, struct err *err)
{
	const struct secret *password = &search->settings->password;

	(void)err;
	if (password->bytes)
		secret_set(&out->secret, password->bytes, password->len);
	return true;
}

static bool from_file(struct search *search, struct credential *out, struct err *err)
{
	const char *path = search->settings->password_file;
	int64_t deadline = within(search, READ_SECONDS);

	if (!path)
		return true;
	return (search->wants_token ? secret_input_file_or_object(path, deadline, &out->secret, err)
				    : secret_input_file(path, deadline, &out->secret, err)) ||
	       err_wrap(err, "password_file");
}

/*
 * The descriptor was the submitting process's; in this process its number may belong to another
 * file.
 */
static bool is_for_others(const struct settings *settings)
{
	return settings->origins[OPT_password_fd].kind == ORIGIN_QUEUE;
}

/* If there is none, a note is added to `missing`. */
static void use(struct search *search, struct credential *out, const struct secret *found,
		const char *missing)
{
	if (found)
		secret_set(&out->secret, found->bytes, found->len);
	else
		add_missing(search, missing);
}

static bool from_descriptor(struct search *search, struct credential *out, struct err *err)
{
	const struct settings *s = search->settings;
	const struct secret *found = NULL;

	if (!s->password_fd)
		return true;
	if (is_for_others(s)) {
		add_missing(search, _("password_fd gave it when the message was taken"));
		return true;
	}
	if (!secret_input_descriptor(s->password_fd, within(search, READ_SECONDS), &found, err))
		return err_wrap(err, "password_fd");
	CLEANUP(mem_free_at)
	char *text = str_format(_("password_fd: descriptor %d is not open"), s->password_fd);
	use(search, out, found, text);
	return true;
}

static bool from_environment(struct search *search, struct credential *out, struct err *err)
{
	const char *name = search->settings->password_env;
	const struct secret *found = name ? secret_input_variable(name) : NULL;

	(void)err;
	if (!name)
		return true;
	CLEANUP(mem_free_at) char *text = str_format(_("password_env: %s is not set"), name);
	use(search, out, found, text);
	return true;
}

/* Commands */

static bool from_command(const struct search *search, const char *name, char *const argv[],
			 struct credential *out, struct err *err)
{
	const char *user = search->settings->user;
	CLEANUP(mem_free_at)
	char *whose = str_format("%s\n%s", user ? user : "", search->host ? search->host : "");
	const struct command command = { argv, whose, search->is_refused, search->deadline };
	bool is_found = search->wants_token ? command_token(&command, out, err)
					    : command_password(&command, &out->secret, err);

	return is_found || err_wrap(err, "%s", name);
}

static bool from_token_command(struct search *search, struct credential *out, struct err *err)
{
	char *const *words = search->settings->token_command;

	return !words || !search->wants_token ||
	       from_command(search, "token_command", words, out, err);
}

static bool from_password_command(struct search *search, struct credential *out, struct err *err)
{
	char *const *words = search->settings->password_command;

	return !words || from_command(search, "password_command", words, out, err);
}

static bool from_shell(struct search *search, struct credential *out, struct err *err)
{
	const char *line = search->settings->passwordeval;
	CLEANUP(mem_free_at) char *copy = line ? mem_copy(line) : NULL;
	char *const argv[] = { (char[]){ "/bin/sh" }, (char[]){ "-c" }, copy, NULL };

	return !line || from_command(search, "passwordeval", argv, out, err);
}

/* Places */

static bool can_search(const struct search *search)
{
	return search->host && search->settings->user;
}

static bool from_keyring(struct search *search, struct credential *out, struct err *err)
{
	(void)err;
	if (can_search(search))
		(void)keyring_find(search->host, search->settings->user, search->may_ask,
				   search->deadline, &out->secret);
	return true;
}

/* A file with a password must not be readable by others; a file without one may be. */
static bool from_netrc(const struct search *search, const char *path, bool is_user,
		       struct credential *out, struct err *err)
{
	CLEANUP(err_done) struct err missing = ERR_INIT;
	CLEANUP(fs_close_at) int fd = file_open(path, ERR_CONFIG, &missing);
	CLEANUP(str_done) struct str text = STR_SECRET(NETRC_MAX);
	struct stat status;

	if (fd < 0 && errno != ENOENT)
		log_debug("%s: %s", path, missing.text);
	if (fd < 0 || !can_search(search))
		return true;
	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode))
		return true;
	if (!file_read(fd, within(search, READ_SECONDS), &text, ERR_CONFIG, err))
		return err_wrap(err, "%s", path);
	if (!netrc_find(text.bytes, text.len, search->host, search->settings->user, &out->secret))
		return true;
	return (private_check_as_root(&status, path, err) &&
		(!is_user || private_check(&status, err))) ||
	       err_wrap(err, "%s", path);
}

static bool from_user_netrc(struct search *search, struct credential *out, struct err *err)
{
	CLEANUP(mem_free_at) char *path = str_format("%s/.netrc", home_path());

	return from_netrc(search, path, true, out, err);
}

static bool from_system_netrc(struct search *search, struct credential *out, struct err *err)
{
	return from_netrc(search, SYSCONFDIR "/netrc", false, out, err);
}

static bool from_terminal(struct search *search, struct credential *out, struct err *err)
{
	CLEANUP(str_done) struct str question = STR_INIT;
	CLEANUP(str_done) struct str whole = STR_INIT;

	if (!search->may_ask || !can_search(search))
		return true;
	str_addf(&whole, _("Password of %s at %s: "), search->settings->user, search->host);
	str_add_printable(&question, whole.bytes, whole.len);
	if (!prompt_ask(question.bytes, within(search, PROMPT_SECONDS), &out->secret, err))
		return false;
	is_typed = is_typed || out->secret.bytes;
	return true;
}

/* The search */

static const struct {
	const char *name;
	bool (*ask)(struct search *search, struct credential *out, struct err *err);
} sources[] = {
	{ "token_command", from_token_command }, { "password", from_password },
	{ "password_file", from_file },          { "password_fd", from_descriptor },
	{ "password_env", from_environment },    { "password_command", from_password_command },
	{ "passwordeval", from_shell },          { "keyring", from_keyring },
	{ "~/.netrc", from_user_netrc },         { SYSCONFDIR "/netrc", from_system_netrc },
	{ "terminal", from_terminal },
};

static bool wants_token(const struct settings *settings)
{
	const char *method = settings->auth ? settings->auth : "";

	return strcmp(method, "OAUTHBEARER") == 0 || strcmp(method, "XOAUTH2") == 0 ||
	       (!*method && settings->token_command);
}

static struct search begin_search(const struct settings *settings, int64_t deadline)
{
	return (struct search){
		.settings = settings,
		.host = settings->socket ? settings->socket : settings->host,
		.wants_token = wants_token(settings),
		.deadline = deadline,
		.missing = STR_INIT,
	};
}

static bool found_nothing(const struct search *search, struct err *err)
{
	const char *user = search->settings->user ? search->settings->user : _("(not set)");
	CLEANUP(mem_free_at)
	char *place = str_format(_("%s at %s"), user, search->host ? search->host : _("(not set)"));
	CLEANUP(mem_free_at)
	char *missing = str_format(search->missing.len ? " (%s)" : "%s", search->missing.bytes);

	if (search->wants_token)
		return err_set(err, ERR_AUTH,
			       _("no access token for user %s%s: set token_command, or put it "
				 "where a password could be"),
			       place, missing);
	return err_set(err, ERR_AUTH,
		       _("no password for user %s%s: set one of password, password_file, "
			 "password_fd, password_env, password_command and passwordeval, or put "
			 "it into the keyring or ~/.netrc"),
		       place, missing);
}

/* A source other than a command may hold the same text that a token command prints. */
static bool read_token(struct credential *out, struct err *err)
{
	CLEANUP(str_done) struct str text = STR_SECRET(0);
	CLEANUP(access_token_done) struct access_token token = { 0 };

	if (out->key)
		return access_token_check(&out->secret, err);
	str_add_n(&text, out->secret.bytes, out->secret.len);
	if (!access_token_read(&text, time(NULL), &token, err) ||
	    !access_token_check(&token.secret, err))
		return false;
	secret_set(&out->secret, token.secret.bytes, token.secret.len);
	return true;
}

static bool search_sources(struct search *search, struct credential *out, struct err *err)
{
	size_t i = 0;

	out->is_token = search->wants_token;
	for (; i < LENGTH(sources) && !out->secret.bytes; i++)
		if (!sources[i].ask(search, out, err))
			return false;
	if (!out->secret.bytes)
		return found_nothing(search, err);
	if (out->is_token && !read_token(out, err))
		return err_wrap(err, "%s", sources[i - 1].name);
	log_debug(search->wants_token ? _("access token from: %s") : _("password from: %s"),
		  sources[i - 1].name);
	return true;
}

bool secret_find(const struct settings *settings, bool may_ask, int64_t deadline,
		 struct credential *out, struct err *err)
{
	struct search search = begin_search(settings, deadline);

	*out = (struct credential){ 0 };
	search.may_ask = may_ask;
	bool is_found = search_sources(&search, out, err);
	str_done(&search.missing);
	return is_found;
}

bool secret_refresh(const struct settings *settings, int64_t deadline,
		    struct credential *credential, struct err *err)
{
	struct search search = begin_search(settings, deadline);

	credential_done(credential);
	search.is_refused = true;
	bool is_found = search_sources(&search, credential, err);
	str_done(&search.missing);
	return is_found;
}

void secret_take(const struct settings *settings)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	const struct secret *unused;

	if (settings->password_fd && !is_for_others(settings) &&
	    !secret_input_descriptor(settings->password_fd, clock_after(READ_SECONDS), &unused,
				     &err))
		log_debug("password_fd: %s", err.text);
	if (settings->password_env)
		(void)secret_input_variable(settings->password_env);
}

static void forget_pin(char **uri)
{
	if (!*uri || !uri_has_pin_value(*uri))
		return;
	char *rest = uri_without_pin(*uri);
	mem_wipe(*uri, strlen(*uri));
	free(*uri);
	*uri = rest;
}

void secret_forget(struct settings *settings)
{
	secret_done(&settings->password);
	forget_pin(&settings->tls_key_file);
	forget_pin(&settings->tls_cert_file);
}

/* The settings' own password may have been wiped already (secret_forget). */
static bool has_password(const struct settings *settings)
{
	return settings->password.bytes || settings->origins[OPT_password].kind == ORIGIN_FILE;
}

const char *secret_fleeting(const struct settings *settings)
{
	CLEANUP(err_done) struct err ignored = ERR_INIT;
	const struct secret *found = NULL;

	if (is_typed)
		return _("the terminal");
	if (!settings->auth || has_password(settings) || settings->password_file ||
	    settings->password_command || settings->passwordeval ||
	    (settings->token_command && wants_token(settings)))
		return NULL;
	if (settings->password_fd && !is_for_others(settings) &&
	    secret_input_descriptor(settings->password_fd, clock_after(READ_SECONDS), &found,
				    &ignored) &&
	    found)
		return "password_fd";
	if (settings->password_env && secret_input_variable(settings->password_env))
		return "password_env";
	return NULL;
}
