/* help.c - the output of --help and --version */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/help.h"

#include "base/i18n.h"
#include "cli/cli.h"
#include "conf/configfile.h"
#include "conf/option.h"
#include "conf/texttype.h"
#include "deliver/report.h"
#include "net/gnutls.h"
#include "smtp/gsasl_library.h"

#include <string.h>

enum { HELP_COLUMN = 31, LINE_WIDTH = 79 };

enum flag_group {
#define FLAG_GROUP(group, title) FLAG_GROUP_##group,
#include "cli/cli.def"
	FLAG_GROUP_COUNT
};

static const char *const flag_groups[FLAG_GROUP_COUNT] = {
#define FLAG_GROUP(group, title) [FLAG_GROUP_##group] = (title),
#include "cli/cli.def"
};

static const struct {
	enum flag_group group;
	const char *name;
	char letter;
	const char *argument;
	unsigned flags;
	const char *help;
} flags[] = {
#define FLAG(group, name, letter, argument, flags, action, help, manual)                           \
	{ FLAG_GROUP_##group, name, letter, argument, flags, help },
#include "cli/cli.def"
};

static void add_blanks(struct str *out, size_t count)
{
	while (count-- > 0)
		str_add_char(out, ' ');
}

/* Appends a help text. Breaks lines between words. */
static void add_help(struct str *out, const char *help)
{
	size_t column = HELP_COLUMN;

	while (*help) {
		size_t word = strcspn(help, " ");
		if (column > HELP_COLUMN && column + 1 + word > LINE_WIDTH) {
			str_add_char(out, '\n');
			add_blanks(out, HELP_COLUMN);
			column = HELP_COLUMN;
		}
		if (column > HELP_COLUMN) {
			str_add_char(out, ' ');
			column++;
		}
		str_add_n(out, help, word);
		column += word;
		help += word;
		help += strspn(help, " ");
	}
	str_add_char(out, '\n');
}

/* Appends a line such as "  -f, --from=ADDRESS   envelope sender". */
static void add_line(struct str *out, char letter, const char *name, const char *argument,
		     bool is_optional, const char *help)
{
	size_t start = out->len;

	if (letter)
		str_addf(out, "  -%c%s", letter, name ? ", " : "");
	else
		str_add(out, "      ");
	if (name)
		str_add(out, "--");
	for (; name && *name; name++)
		str_add_char(out, *name == '_' ? '-' : *name);
	if (argument && is_optional)
		str_addf(out, name ? "[=%s]" : "[%s]", argument);
	else if (argument)
		str_addf(out, name ? "=%s" : " %s", argument);
	if (out->len - start > HELP_COLUMN - 2) {
		str_add_char(out, '\n');
		start = out->len;
	}
	add_blanks(out, HELP_COLUMN - (out->len - start));
	add_help(out, help);
}

static void add_flags(struct str *out, enum flag_group group)
{
	str_addf(out, "\n%s:\n", _(flag_groups[group]));
	for (size_t i = 0; i < LENGTH(flags); i++)
		if (flags[i].group == group)
			add_line(out, flags[i].letter, flags[i].name, flags[i].argument,
				 flags[i].flags & OPTION_ALONE, _(flags[i].help));
}

static char letter_of(const struct option *option)
{
	for (char letter = 'A'; letter <= 'z'; letter++)
		if (option_of_letter(letter) == option)
			return letter;
	return '\0';
}

static void add_options(struct str *out, enum option_group group)
{
	str_addf(out, "\n%s:\n", _(option_groups[group]));
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (options[i].group == group && !(options[i].flags & OPTION_NO_FLAG))
			add_line(out, letter_of(&options[i]), options[i].name, options[i].argument,
				 options[i].flags & OPTION_ALONE, _(options[i].help));
}

void help_add(struct str *out)
{
	str_add(out,
		_("Usage: mailchute [OPTION]... [--] RECIPIENT...\n"
		  "       mailchute [OPTION]... -t [--] [RECIPIENT]...\n"
		  "       mailchute [OPTION]... --to ADDRESS --subject TEXT [--attach FILE]...\n"
		  "       mailchute --queue-list\n"
		  "Sends a message from standard input through the mail server that a config\n"
		  "file names. If the server can't take it now, the message waits in a queue.\n"));
	for (size_t i = 0; i < FLAG_GROUP_COUNT; i++)
		add_flags(out, (enum flag_group)i);
	for (size_t i = 0; i < OPTION_GROUP_COUNT; i++)
		add_options(out, (enum option_group)i);
	str_add(out,
		_("\nFurther options of sendmail are accepted and ignored; mailchute(1) lists\n"
		  "them, and mailchute.conf(5) explains the settings.\n"));
}

static void add_methods(struct str *out)
{
	const char *method;

	for (size_t i = 0; (method = texttype_method(i)); i++)
		str_addf(out, "%s ", method);
	str_add_char(out, '\n');
}

static void add_libraries(struct str *out)
{
	CLEANUP(err_done) struct err missing = ERR_INIT;

	if (gnutls_load(&missing))
		str_addf(out, _("TLS/SSL library: GnuTLS %s\n"), gnutls->check_version(NULL));
	if (gsasl_library_load(&missing))
		str_addf(out, _("Authentication library: GNU SASL %s\n"),
			 gsasl->check_version(NULL));
}

/*
 * Scripts look for the words before the colons, which are msmtp's, and for the values after them.
 */
void help_add_version(struct str *out)
{
	CLEANUP(mem_free_at) char *system_file = configfile_system(SYSCONFDIR);
	CLEANUP(mem_free_at) char *user_file = configfile_user();

	str_addf(out, "mailchute %s\n", MAILCHUTE_VERSION);
	str_addf(out, _("Platform: %s\n"), PLATFORM);
	add_libraries(out);
	str_add(out, _("Supported authentication methods:\n"));
	add_methods(out);
	str_addf(out, _("System configuration file name: %s\n"), system_file);
	str_addf(out, _("User configuration file name: %s\n"), user_file);
	str_add(out, _("\nThis is free software under the GNU General Public License, version 3 or "
		       "later.\nThere is no warranty, to the extent permitted by law.\n"));
}

int help_show(const struct request *request)
{
	CLEANUP(str_done) struct str text = STR_INIT;

	(void)request;
	help_add(&text);
	return report_text(&text);
}

int help_show_version(const struct request *request)
{
	CLEANUP(str_done) struct str text = STR_INIT;

	(void)request;
	help_add_version(&text);
	return report_text(&text);
}
