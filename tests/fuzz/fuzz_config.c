/* fuzz_config.c - any bytes as a config file: printed and read again it is the same */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fuzz.h"

#include "base/fs.h"
#include "conf/parse.h"
#include "conf/settings.h"
#include "conf/usable.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

static bool begins_with_command(const char *line, const char *command)
{
	line += strspn(line, " \t");
	return strncmp(line, command, strlen(command)) == 0;
}

/* No command of a fuzzer's config is run, and no other file is read. */
static bool reaches_out(const char *text, size_t len)
{
	const char *end = text + len;

	for (const char *line = text; line < end; line += strnlen(line, (size_t)(end - line)) + 1) {
		for (const char *start = line; start; start = strchr(start, '\n')) {
			start += *start == '\n';
			if (begins_with_command(start, "eval") ||
			    begins_with_command(start, "include"))
				return true;
		}
	}
	return false;
}

/* Angle brackets and "~" are taken away only once, so these types may change a second time. */
static bool is_stable(const struct option *option)
{
	return !(option->flags & OPTION_FILE) && option != &options[OPT_from] &&
	       option != &options[OPT_password];
}

static void check_value(const struct settings *settings, const struct option *option)
{
	const struct origin origin = { .kind = ORIGIN_COMMAND_LINE };
	CLEANUP(settings_done) struct settings again;
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str printed = STR_INIT;
	CLEANUP(str_done) struct str second = STR_INIT;

	settings_init(&again);
	settings_print(settings, option, &printed);
	require_of(settings_set(&again, option, printed.bytes, &origin, &err),
		   "a value can be read again", printed.bytes);
	settings_print(&again, option, &second);
	require_of(strcmp(printed.bytes, second.bytes) == 0, "a value stays", printed.bytes);
}

static void check_account(const struct account *account)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str shown = STR_INIT;

	require_of(*account->name && !strpbrk(account->name, ":,"), "an account has a name",
		   account->name);
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		if (account->settings.origins[i].is_explicit && is_stable(&options[i]))
			check_value(&account->settings, &options[i]);
		settings_show(&account->settings, &options[i], &shown);
	}
	bool is_good = usable_check(account, true, &err);
	require_of(is_good == !err.text, "a failure has a text", account->name);
}

static void check_file(int fd)
{
	CLEANUP(config_done) struct config config;
	CLEANUP(err_done) struct err err = ERR_INIT;

	config_init(&config);
	if (!parse_file(&config, fd, "fuzz.conf", true, &err))
		require_of(err.kind == ERR_CONFIG && strncmp(err.text, "fuzz.conf", 9) == 0,
			   "an error names the file", err.text);
	for (size_t i = 0; i < config.count; i++)
		check_account(&config.accounts[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	CLEANUP(mem_free_at) char *text = mem_copy_n((const char *)bytes, len);
	int fd = memfd_create("config", MFD_CLOEXEC);

	if (fd < 0 || reaches_out(text, len) || !fs_pwrite_all(fd, bytes, len, 0))
		fs_close_at(&fd);
	else
		check_file(fd);
	return 0;
}
