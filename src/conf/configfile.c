/* configfile.c - finding and reading the config files */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/configfile.h"

#include "base/file.h"
#include "base/home.h"
#include "base/i18n.h"
#include "conf/parse.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* The files of a level, in the order in which they are tried. */
struct names {
	char *paths[4];
	size_t count;
};

static const char *level_name(bool is_user)
{
	return is_user ? _("user") : _("system");
}

/* Ignores the whole file, as if it did not exist, and adds a warning. */
static void skip_level(struct config *config, const char *path, bool is_user, const char *reason)
{
	CLEANUP(str_done) struct str line = STR_INIT;

	str_addf(&line, _("skipped: %s\n"), reason);
	str_add_n(&config->skipped, line.bytes, line.len);
	str_add_n(&config->warnings, line.bytes, line.len);
	str_addf(&config->notes, _("ignoring %s configuration file %s: %s\n"), level_name(is_user),
		 path, reason);
}

static bool read_level(struct config *config, const struct configfile_places *places, int fd,
		       const char *path, bool is_user, struct err *err)
{
	CLEANUP(config_done) struct config level;

	config_init(&level);
	if (parse_file(&level, fd, path, is_user, err)) {
		config_merge(config, &level);
		str_addf(&config->notes, _("loaded %s configuration file %s\n"),
			 level_name(is_user), path);
		return true;
	}
	config->is_distrusted = level.is_distrusted;
	if (!level.is_distrusted || !places->is_look)
		return false;
	skip_level(config, path, is_user, err->text);
	str_add(&config->cure, config->cure.len ? " && " : "");
	str_add(&config->cure, level.cure.bytes);
	err_done(err);
	return true;
}

/* True if errno of open(2) is about this file, so that a later attempt would fail as well. */
static bool is_lasting(int number)
{
	return number == EACCES || number == EPERM || number == ELOOP || number == ENAMETOOLONG ||
	       number == ENXIO || number == ENODEV;
}

/* Reads the first of the files that exists. */
static bool load_first(struct config *config, const struct configfile_places *places,
		       const struct names *names, bool is_user, struct err *err)
{
	for (size_t i = 0; i < names->count; i++) {
		const char *path = names->paths[i];
		CLEANUP(err_done) struct err failure = ERR_INIT;
		int fd = file_open(path, ERR_IO, &failure);
		int reason = errno;
		if (fd >= 0)
			return read_level(config, places, fd, path, is_user, err);
		if (reason == 0)
			return err_set(err, ERR_IO, "%s: %s", path, failure.text);
		str_addf(&config->notes, _("ignoring %s configuration file %s: %s\n"),
			 level_name(is_user), path, failure.text);
		if (reason == ENOENT || reason == ENOTDIR)
			continue;
		if (!is_lasting(reason))
			return err_sys(err, ERR_IO, reason, _("cannot open %s"), path);
		str_addf(&config->unreadable, "%s%s: %s", config->unreadable.len ? "; " : "", path,
			 failure.text);
		return true;
	}
	return true;
}

/* A folder that this user may not enter comes from another user's environment. */
static bool is_closed(const char *folder)
{
	return access(folder, X_OK) < 0 && errno == EACCES;
}

static char *in_xdg_folder(const char *home, const char *name)
{
	const char *folder = getenv("XDG_CONFIG_HOME");

	if (folder && *folder && !is_closed(folder))
		return str_format("%s/%s", folder, name);
	return str_format("%s/.config/%s", home, name);
}

static void names_done(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->paths[i]);
}

static struct names names_of_system(const char *folder)
{
	return (struct names){
		{ str_format("%s/mailchuterc", folder), str_format("%s/msmtprc", folder) }, 2
	};
}

static struct names names_of_user(void)
{
	const char *home = home_path();

	return (struct names){
		{ str_format("%s/.mailchuterc", home), in_xdg_folder(home, "mailchute/config"),
		  str_format("%s/.msmtprc", home), in_xdg_folder(home, "msmtp/config") },
		4
	};
}

/* Returns the first name whose file exists, else the first name of the list. */
static char *take_existing(struct names *names)
{
	size_t i = 0;

	while (i < names->count && access(names->paths[i], F_OK) < 0)
		i++;
	return mem_take(&names->paths[i < names->count ? i : 0]);
}

char *configfile_system(const char *folder)
{
	CLEANUP(names_done) struct names names = names_of_system(folder);

	return take_existing(&names);
}

char *configfile_user(void)
{
	CLEANUP(names_done) struct names names = names_of_user();

	return take_existing(&names);
}

static bool load_system(struct config *config, const struct configfile_places *places,
			struct err *err)
{
	CLEANUP(names_done) struct names names = names_of_system(places->system_folder);

	return load_first(config, places, &names, false, err);
}

static bool load_user(struct config *config, const struct configfile_places *places,
		      struct err *err)
{
	CLEANUP(names_done) struct names names = names_of_user();

	return load_first(config, places, &names, true, err);
}

static bool load_named(struct config *config, const struct configfile_places *places,
		       struct err *err)
{
	const char *path = places->user_file;
	int fd = file_open(path, ERR_IO, err);

	if (fd < 0)
		return err_wrap(err, "%s", path);
	return read_level(config, places, fd, path, true, err);
}

bool configfile_load(struct config *config, const struct configfile_places *places, struct err *err)
{
	if (!load_system(config, places, err))
		return false;
	return places->user_file ? load_named(config, places, err) : load_user(config, places, err);
}
