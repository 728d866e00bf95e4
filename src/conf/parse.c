/* parse.c - the grammar of a config file */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/parse.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/fs.h"
#include "base/home.h"
#include "base/i18n.h"
#include "conf/eval.h"
#include "conf/line.h"
#include "conf/mistake.h"
#include "conf/private.h"
#include "conf/secret_input.h"
#include "conf/settings.h"
#include "conf/uri.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
	BYTES_MAX = 1 << 20, /* of all files together, and of the output of a command */
	DEPTH_MAX = 8,
};

/* Values of parser.current that are no account. */
#define IN_NOTHING  SIZE_MAX
#define IN_DEFAULTS (SIZE_MAX - 1)

struct parser {
	struct config *config;
	struct settings defaults;
	size_t current;      /* index of an account, IN_NOTHING or IN_DEFAULTS */
	size_t bytes;        /* read so far */
	int64_t deadline;    /* for reading a pipe or a device */
	struct err distrust; /* error about the first file that root must not trust */
	bool is_guarded;     /* the files have commands or secrets */
	bool is_user;
};

static void parser_done(struct parser *parser)
{
	settings_done(&parser->defaults);
	err_done(&parser->distrust);
}

/* A file that is being read; `parent` is the file that includes it. */
struct source {
	const struct source *parent;
	const char *path; /* owned by the config */
	int line;
	struct stat status;
};

static bool read_config_file(struct parser *parser, const struct source *parent, int fd,
			     const char *path, struct err *err);

/* Values that `defaults` set explicitly are not explicit in an account that starts from them. */
static struct account *add_account(struct parser *parser, const char *name,
				   const struct source *source)
{
	struct config *config = parser->config;

	mem_grow(config->accounts, config->count);
	struct account *account = &config->accounts[config->count];
	*account = (struct account){ .name = mem_copy(name),
				     .file = source->path,
				     .line = source->line };
	settings_copy(&account->settings, &parser->defaults);
	for (size_t i = 0; i < OPTION_COUNT; i++)
		account->settings.origins[i].is_explicit = false;
	parser->current = config->count++;
	return account;
}

/* The last account is the one that is being read; it can't be its own base. */
static bool refuse_base(const struct parser *parser, const char *base, struct err *err)
{
	CLEANUP(str_done) struct str shown = STR_INIT;
	CLEANUP(str_done) struct str more = STR_INIT;
	CLEANUP(str_done) struct str mistake = STR_INIT;

	str_add_printable(&shown, base, strlen(base));
	config_add_names(parser->config, parser->config->count - 1, base, &more);
	if (mistake_in_name(base, &mistake) != MISTAKE_NONE)
		return err_set(err, ERR_CONFIG, _("%s; no account \"%s\" is defined above%s"),
			       mistake.bytes, shown.bytes, more.bytes);
	return err_set(err, ERR_CONFIG, _("account: no account \"%s\" is defined above%s"),
		       shown.bytes, more.bytes);
}

static bool lay_over(struct parser *parser, struct account *account, const char *base,
		     struct err *err)
{
	const struct account *found = config_find(parser->config, base);

	if (!*base)
		return err_set(err, ERR_CONFIG,
			       _("account: expected a name after \":\" and \",\""));
	if (!found || found == account)
		return refuse_base(parser, base, err);
	settings_overlay(&account->settings, &found->settings);
	if (account->file != found->file)
		account->line = 0;
	account->file = found->file;
	return true;
}

static bool check_name(const struct parser *parser, const char *name, struct err *err)
{
	if (!*name)
		return err_set(err, ERR_CONFIG, _("account: expected a name"));
	if (strchr(name, ','))
		return err_set(err, ERR_CONFIG,
			       _("account: a name can't contain commas or colons"));
	if (config_find(parser->config, name))
		return err_set(err, ERR_CONFIG, _("account: \"%s\" is already defined"), name);
	return true;
}

static void warn(struct parser *parser, const struct source *source, const char *text)
{
	str_addf(&parser->config->warnings, "%s:%d: %s\n", source->path, source->line, text);
}

static bool judge_name(struct parser *parser, const struct source *source, const char *name,
		       struct err *err)
{
	CLEANUP(str_done) struct str words = STR_INIT;
	enum mistake mistake = mistake_in_name(name, &words);

	if (mistake == MISTAKE_DOUBT)
		warn(parser, source, words.bytes);
	return mistake != MISTAKE_ERROR || err_set(err, ERR_CONFIG, "%s", words.bytes);
}

/* The argument is `NAME` or `NAME : BASE, BASE`; each name may be in quotes. */
static bool do_account(struct parser *parser, struct source *source, struct line *line,
		       struct err *err)
{
	char *text = line_unquote_names(line->text);
	char *bases = strchr(text, ':');

	if (bases)
		*bases++ = '\0';
	char *name = line_unquote(line_trim(text));
	if (!check_name(parser, name, err) || !judge_name(parser, source, name, err))
		return false;
	struct account *account = add_account(parser, name, source);
	while (bases) {
		char *base = bases;
		bases = strchr(base, ',');
		if (bases)
			*bases++ = '\0';
		if (!lay_over(parser, account, line_unquote(line_trim(base)), err))
			return false;
	}
	return true;
}

static bool do_defaults(struct parser *parser, struct source *source, struct line *line,
			struct err *err)
{
	(void)source;
	if (*line->text)
		return err_set(err, ERR_CONFIG, _("defaults: expected no argument"));
	parser->current = IN_DEFAULTS;
	return true;
}

/*
 * As root, commands and secrets are only taken if all the files are root's. Otherwise a harmless
 * file could send another file's password to a relay of its choice.
 */
static bool refuse_distrusted(struct parser *parser, struct err *err)
{
	if (!parser->is_guarded || parser->distrust.kind == ERR_NONE)
		return true;
	parser->config->is_distrusted = true;
	err_copy(err, &parser->distrust);
	return false;
}

/* Called before a command is run or a guarded setting is taken. */
static bool guard(struct parser *parser, const char *name, struct err *err)
{
	parser->is_guarded = true;
	return refuse_distrusted(parser, err) || err_wrap(err, "%s", name);
}

static bool guard_setting(struct parser *parser, const char *name, const char *text,
			  struct err *err)
{
	const struct option *option = option_find(name);
	unsigned guarded = OPTION_RUNS | OPTION_SECRET | OPTION_GUARDED;

	if (!option || !*text || !(option->flags & guarded || uri_has_pin_value(text)))
		return true;
	return guard(parser, option->name, err);
}

static bool check_private(struct parser *parser, const struct source *source, struct err *err)
{
	const struct stat *status = &source->status;

	if (!parser->is_user) {
		if (S_ISREG(status->st_mode) && (status->st_mode & S_IROTH))
			str_addf(&parser->config->warnings,
				 _("%s:%d: everybody can read the password in this file\n"),
				 source->path, source->line);
		return true;
	}
	return private_check(status, err) || err_wrap(err, "password");
}

/* Other programs accept a PIN in a URI from any file, so this is no error. */
static void warn_of_pin(struct parser *parser, const struct source *source, const char *text)
{
	const struct stat *status = &source->status;

	if (uri_has_pin_value(text) && S_ISREG(status->st_mode) && (status->st_mode & S_IROTH))
		str_addf(&parser->config->warnings,
			 _("%s:%d: everybody can read the PIN in this file\n"), source->path,
			 source->line);
}

/* Takes the variable out of the environment at once, so that no later command sees it. */
static void hide_variable(const char *name)
{
	if (name)
		(void)secret_input_variable(name);
}

static void warn_of_value(struct parser *parser, const struct source *source,
			  const struct line *line)
{
	CLEANUP(str_done) struct str words = STR_INIT;
	const struct option *option = option_find(line->name);

	if (option &&
	    mistake_in_value(option, line->text, line->is_quoted, &words) == MISTAKE_DOUBT)
		warn(parser, source, words.bytes);
}

static bool do_setting(struct parser *parser, struct source *source, const struct line *line,
		       struct err *err)
{
	const struct origin origin = { .kind = ORIGIN_FILE,
				       .file = source->path,
				       .line = source->line };

	if (parser->current == IN_NOTHING)
		add_account(parser, "default", source);
	struct settings *settings = parser->current == IN_DEFAULTS
					    ? &parser->defaults
					    : &parser->config->accounts[parser->current].settings;
	warn_of_pin(parser, source, line->text);
	warn_of_value(parser, source, line);
	if (!guard_setting(parser, line->name, line->text, err))
		return false;
	if (!settings_set_named(settings, line->name, line->text, &origin, err))
		return false;
	hide_variable(settings->password_env);
	return true;
}

static bool include_file(struct parser *parser, struct source *source, const char *path,
			 struct err *err)
{
	int fd = file_open(path, ERR_CONFIG, err);

	if (fd < 0)
		return err_wrap(err, _("include: %s"), path);
	return read_config_file(parser, source, fd, path, err);
}

static int is_conf(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > 5 && strcmp(entry->d_name + len - 5, ".conf") == 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static bool include_folder(struct parser *parser, struct source *source, int folder,
			   const char *path, struct err *err)
{
	struct dirent **entries;
	int count = scandirat(folder, ".", &entries, is_conf, by_bytes);
	bool is_read = true;

	if (count < 0)
		return err_sys(err, ERR_CONFIG, errno, _("include: %s"), path);
	for (int i = 0; i < count; i++) {
		CLEANUP(mem_free_at) char *file = str_format("%s/%s", path, entries[i]->d_name);
		free(entries[i]);
		is_read = is_read && include_file(parser, source, file, err);
	}
	free(entries);
	return is_read;
}

/* A relative path starts from the folder of the including file. */
static char *resolve(const struct source *source, const char *text)
{
	const char *slash = strrchr(source->path, '/');

	if (text[0] == '~')
		return home_expand(text);
	if (text[0] == '/' || !slash)
		return mem_copy(text);
	return str_format("%.*s%s", (int)(slash + 1 - source->path), source->path, text);
}

static bool do_include(struct parser *parser, struct source *source, struct line *line,
		       struct err *err)
{
	CLEANUP(mem_free_at) char *path = resolve(source, line->text);

	if (!*line->text)
		return err_set(err, ERR_CONFIG,
			       _("include: expected the name of a file or folder"));
	CLEANUP(fs_close_at) int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder >= 0)
		return include_folder(parser, source, folder, path, err);
	return include_file(parser, source, path, err);
}

/* Commands of a config file that are no settings. */
static const struct command {
	const char *name;
	bool (*run)(struct parser *, struct source *, struct line *, struct err *);
} commands[] = {
	{ "account", do_account },
	{ "defaults", do_defaults },
	{ "include", do_include },
};

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < LENGTH(commands); i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static bool do_command(struct parser *parser, struct source *source, struct line *line,
		       struct err *err)
{
	const struct command *command = find_command(line->name);

	return command ? command->run(parser, source, line, err)
		       : do_setting(parser, source, line, err);
}

static bool do_eval(struct parser *parser, struct source *source, const char *command,
		    struct err *err)
{
	CLEANUP(str_done) struct str printed = STR_SECRET(BYTES_MAX);

	if (!eval_run(command, &printed, err))
		return false;
	if (printed.len == 0)
		return true;
	struct line line = line_split(printed.bytes);
	/*
	 * The output may be a password without the name of the setting; it must not be in the
	 * error.
	 */
	if (line.name && !find_command(line.name) && !option_exists(line.name))
		return err_set(err, ERR_CONFIG,
			       _("eval: what the command printed does not begin with a setting"));
	return !line.name || do_command(parser, source, &line, err);
}

static bool do_line(struct parser *parser, struct source *source, char *text, struct err *err)
{
	struct line line = line_split(text);

	if (!line.name)
		return true;
	if (strcmp(line.name, "eval") == 0 && !guard(parser, "eval", err))
		return false;
	if (strcmp(line.name, "eval") == 0)
		return do_eval(parser, source, line.text, err);
	if (strcmp(line.name, "password") == 0 && !check_private(parser, source, err))
		return false;
	return do_command(parser, source, &line, err);
}

static bool do_lines(struct parser *parser, struct source *source, struct str *content,
		     struct err *err)
{
	char *end = content->bytes + content->len;

	for (char *line = content->bytes, *stop; line < end; line = stop + 1) {
		stop = memchr(line, '\n', (size_t)(end - line));
		if (!stop)
			stop = end;
		bool has_nul = memchr(line, '\0', (size_t)(stop - line));
		stop[stop > line && stop[-1] == '\r' ? -1 : 0] = '\0';
		source->line++;
		if (has_nul)
			err_set(err, ERR_CONFIG, _("there is a NUL byte in this line"));
		if (has_nul || !do_line(parser, source, line, err))
			return err_wrap(err, "%s:%d", source->path, source->line);
	}
	return true;
}

static bool check_chain(const struct source *source, struct err *err)
{
	int depth = 0;

	for (const struct source *above = source->parent; above; above = above->parent) {
		if (above->status.st_dev == source->status.st_dev &&
		    above->status.st_ino == source->status.st_ino)
			return err_set(err, ERR_CONFIG, _("include: %s includes itself"),
				       source->path);
		if (++depth > DEPTH_MAX)
			return err_set(err, ERR_CONFIG, _("include: more than %d files deep"),
				       DEPTH_MAX);
	}
	return true;
}

/* Links are followed: the opened file is judged. */
static bool judge_owner(struct parser *parser, const struct source *source, struct err *err)
{
	CLEANUP(err_done) struct err distrust = ERR_INIT;

	if (private_check_as_root(&source->status, source->path, &distrust))
		return true;
	if (parser->distrust.kind == ERR_NONE) {
		private_add_cure(&source->status, source->path, &parser->config->cure);
		err_wrap(&distrust, "%s", source->path);
		err_copy(&parser->distrust, &distrust);
	}
	return refuse_distrusted(parser, err);
}

static const char *keep_path(struct config *config, const char *path)
{
	mem_grow(config->files, config->file_count);
	config->files[config->file_count] = mem_copy(path);
	return config->files[config->file_count++];
}

/* Closes the descriptor. */
static bool read_config_file(struct parser *parser, const struct source *parent, int fd,
			     const char *path, struct err *err)
{
	CLEANUP(fs_close_at) int file = fd;
	CLEANUP(str_done) struct str content = STR_SECRET(BYTES_MAX);
	struct source source = { .parent = parent, .path = keep_path(parser->config, path) };

	if (fstat(file, &source.status) < 0)
		return err_sys(err, ERR_IO, errno, "%s", path);
	if (!check_chain(&source, err) || !judge_owner(parser, &source, err))
		return false;
	if (!file_read(file, parser->deadline, &content, ERR_IO, err)) {
		err->kind = content.is_full || parent ? ERR_CONFIG : ERR_IO;
		return err_wrap(err, "%s", path);
	}
	if (line_is_utf16(content.bytes, content.len))
		return err_set(err, ERR_CONFIG,
			       _("%s: the file is in UTF-16; save it as UTF-8, as by: iconv -f "
				 "UTF-16 -t UTF-8"),
			       path);
	/* Some editors write a byte order mark before UTF-8. */
	if (strncmp(content.bytes, "\xEF\xBB\xBF", 3) == 0)
		str_drop(&content, 3);
	parser->bytes += content.len;
	if (parser->bytes > BYTES_MAX)
		return err_sys(err, ERR_CONFIG, EFBIG, "%s", path);
	return do_lines(parser, &source, &content, err);
}

bool parse_file(struct config *config, int fd, const char *path, bool is_user, struct err *err)
{
	CLEANUP(parser_done)
	struct parser parser = {
		.config = config,
		.current = IN_NOTHING,
		.deadline = clock_after(FILE_SECONDS),
		.is_user = is_user,
	};

	settings_init(&parser.defaults);
	return read_config_file(&parser, NULL, fd, path, err);
}
