/* expand.c - the % in `domain` and `from` */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/expand.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "base/machine.h"
#include "base/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	MAILNAME_MAX = 4096,
	RESOLVER_SECONDS = 10,
};

static const char *from_environment(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

static const char *name_in_environment(void)
{
	const char *name = from_environment("USER");

	return name ? name : from_environment("LOGNAME");
}

static const char *name_of_uid(void)
{
	const struct passwd *user = getpwuid(getuid());

	return user ? user->pw_name : NULL;
}

static const char *user_by_uid(void)
{
	const char *known = name_of_uid();
	const char *given = name_in_environment();

	if (known)
		return known;
	return given && !getpwnam(given) ? given : "unknown";
}

const char *expand_user(bool is_by_uid)
{
	if (is_by_uid)
		return user_by_uid();
	const char *name = name_in_environment();
	if (!name)
		name = getlogin();
	if (!name)
		name = name_of_uid();
	return name ? name : "unknown";
}

static void add_host_name(struct str *out)
{
	const char *name = from_environment("HOSTNAME");

	str_add(out, name ? name : machine_name());
}

/* Runs in a child, as the resolver has no deadline. */
static void ask_resolver(void *arg, int answer)
{
	const struct addrinfo hints = { .ai_flags = AI_CANONNAME, .ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;

	if (getaddrinfo(arg, NULL, &hints, &found) != 0 || !found->ai_canonname)
		return;
	if (!fs_write_all(answer, found->ai_canonname, strlen(found->ai_canonname)))
		_exit(1);
	freeaddrinfo(found);
}

/* A host that is not in DNS keeps its name. */
static void add_canonical_name(struct str *out)
{
	CLEANUP(str_done) struct str own = STR_INIT;
	CLEANUP(str_done) struct str canonical = STR_MAX(MAILNAME_MAX);
	CLEANUP(err_done) struct err unused = ERR_INIT;

	add_host_name(&own);
	if (!proc_call(ask_resolver, own.bytes, clock_after(RESOLVER_SECONDS), &canonical, &unused))
		str_clear(&canonical);
	str_add(out, canonical.len ? canonical.bytes : own.bytes);
}

static bool add_mail_name(const char *folder, struct str *out, struct err *err)
{
	CLEANUP(mem_free_at) char *path = str_format("%s/mailname", folder);
	CLEANUP(str_done) struct str content = STR_MAX(MAILNAME_MAX);

	if (!file_load_regular(path, &content, ERR_CONFIG, err))
		return err_wrap(err, _("%%M: cannot read %s"), path);
	size_t len = strcspn(content.bytes, "\r\n");
	if (len == 0)
		return err_set(err, ERR_CONFIG, _("%%M: there is no name in %s"), path);
	str_add_n(out, content.bytes, len);
	return true;
}

static bool add_value(char letter, const struct expansion *expansion, struct str *out,
		      struct err *err)
{
	switch (letter) {
	case 'U':
		str_add(out, expand_user(expansion->is_by_uid));
		break;
	case 'H':
		add_host_name(out);
		break;
	case 'C':
		add_canonical_name(out);
		break;
	case 'M':
		return add_mail_name(expansion->system_folder, out, err);
	case 'F':
		str_add(out, expansion->message_from ? expansion->message_from : "%F");
		break;
	}
	return true;
}

char *expand_text(const char *text, const char *letters, const struct expansion *expansion,
		  struct err *err)
{
	CLEANUP(str_done) struct str out = STR_INIT;

	for (; *text; text++) {
		if (text[0] != '%' || !text[1] || !strchr(letters, text[1])) {
			str_add_char(&out, *text);
			continue;
		}
		CLEANUP(str_done) struct str value = STR_INIT;
		if (!add_value(*++text, expansion, &value, err))
			return NULL;
		for (size_t i = 0; i < value.len; i++)
			if ((unsigned char)value.bytes[i] < 0x20 || value.bytes[i] == 0x7F)
				value.bytes[i] = '?';
		str_add_n(&out, value.bytes, value.len);
	}
	return str_take(&out);
}
