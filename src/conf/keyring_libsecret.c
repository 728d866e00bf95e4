/* keyring_libsecret.c - passwords in the keyring of the desktop, by libsecret */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/clock.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "base/library.h"
#include "base/log.h"
#include "base/proc.h"
#include "conf/keyring.h"
#include "conf/secret_input.h"

#include <libsecret/secret.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	ANSWER_SECONDS = 5,
	OPENING_SECONDS = 60, /* the user types the password of the keyring */
};

/* The functions of libsecret that are used, without their prefix. */
#define LIBSECRET_CALLS(CALL)                                                                      \
	CALL(password_search_sync)                                                                 \
	CALL(retrievable_retrieve_secret_sync)                                                     \
	CALL(value_get)

static struct {
#define CALL(name) __typeof__(&secret_##name) name;
	LIBSECRET_CALLS(CALL)
#undef CALL
} libsecret;

static const struct library_call calls[] = {
#define CALL(name) { "secret_" #name, offsetof(__typeof__(libsecret), name) },
	LIBSECRET_CALLS(CALL)
#undef CALL
};

static const SecretSchema usual_schema = {
	.name = "org.mailchute.password",
	.flags = SECRET_SCHEMA_DONT_MATCH_NAME,
	.attributes = { { "service", SECRET_SCHEMA_ATTRIBUTE_STRING },
			{ "host", SECRET_SCHEMA_ATTRIBUTE_STRING },
			{ "user", SECRET_SCHEMA_ATTRIBUTE_STRING } },
};

static const SecretSchema old_schema = {
	.name = "org.gnome.keyring.NetworkPassword",
	.flags = SECRET_SCHEMA_DONT_MATCH_NAME,
	.attributes = { { "protocol", SECRET_SCHEMA_ATTRIBUTE_STRING },
			{ "server", SECRET_SCHEMA_ATTRIBUTE_STRING },
			{ "user", SECRET_SCHEMA_ATTRIBUTE_STRING } },
};

struct wish {
	const char *host;
	const char *user;
	bool may_ask;
};

/* First byte of the child's answer; a password or a text for --debug follows. */
enum { ANSWER_FOUND = '+', ANSWER_NOT_FOUND = '-' };

static void send_answer(int answer, char kind, const char *text, size_t len)
{
	if (!fs_write_all(answer, &kind, 1) || !fs_write_all(answer, text, len))
		_exit(1);
}

static GList *search(const struct wish *wish, GError **error)
{
	SecretSearchFlags flags = SECRET_SEARCH_LOAD_SECRETS;

	if (wish->may_ask)
		flags |= SECRET_SEARCH_UNLOCK;
	GList *found =
		libsecret.password_search_sync(&usual_schema, flags, NULL, error, "service", "smtp",
					       "host", wish->host, "user", wish->user, NULL);
	if (found || *error)
		return found;
	return libsecret.password_search_sync(&old_schema, flags, NULL, error, "protocol", "smtp",
					      "server", wish->host, "user", wish->user, NULL);
}

/* Nothing is freed here, as the child ends soon. */
static void fetch(const struct wish *wish, int answer)
{
	GError *error = NULL;
	SecretValue *value = NULL;
	gsize len = 0;
	GList *found = search(wish, &error);

	if (found)
		value = libsecret.retrievable_retrieve_secret_sync(found->data, NULL, &error);
	const char *bytes = value ? libsecret.value_get(value, &len) : NULL;
	const char *reason = error ? error->message : _("there is no such password in it");
	if (bytes)
		send_answer(answer, ANSWER_FOUND, bytes, len);
	else
		send_answer(answer, ANSWER_NOT_FOUND, reason, strlen(reason));
}

/* Runs in a child, as neither GLib nor the keyring's daemon has a deadline. */
static void ask_keyring(void *arg, int answer)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	/* Warnings of the library must not reach stderr. */
	dup2(STDOUT_FILENO, STDERR_FILENO);
	if (library_load(LIBSECRET_SONAME, calls, LENGTH(calls), &libsecret, &err))
		fetch(arg, answer);
	else
		send_answer(answer, ANSWER_NOT_FOUND, err.text, strlen(err.text));
}

/* Without a bus the library would try to start one. */
static bool has_session(void)
{
	const char *folder = secure_getenv("XDG_RUNTIME_DIR");
	CLEANUP(mem_free_at) char *bus = str_format("%s/bus", folder ? folder : "");
	struct stat st;

	return secure_getenv("DBUS_SESSION_BUS_ADDRESS") || (folder && stat(bus, &st) == 0);
}

static bool take_answer(struct str *answer, struct secret *out)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	bool is_found = answer->bytes[0] == ANSWER_FOUND;

	if (answer->len > 0)
		str_drop(answer, 1);
	if (is_found && secret_input_first_line(answer, out, &err))
		return true;
	log_debug_line("keyring: ", is_found ? err.text : answer->bytes,
		       is_found ? strlen(err.text) : answer->len);
	return false;
}

bool keyring_find(const char *host, const char *user, bool may_ask, int64_t deadline,
		  struct secret *out)
{
	struct wish wish = { host, user, may_ask };
	CLEANUP(str_done) struct str answer = STR_SECRET(SECRET_INPUT_MAX);
	CLEANUP(err_done) struct err err = ERR_INIT;

	if (!has_session()) {
		log_debug("keyring: %s", _("there is no session bus"));
		return false;
	}
	deadline = clock_earlier(deadline, clock_after(may_ask ? OPENING_SECONDS : ANSWER_SECONDS));
	if (proc_call(ask_keyring, &wish, deadline, &answer, &err))
		return take_answer(&answer, out);
	log_debug("keyring: %s", err.text);
	return false;
}
