/* nearest.c - the known word that is nearest to a mistyped word; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/nearest.h"

#include "base/ascii.h"
#include "base/mem.h"

#include <stdint.h>
#include <string.h>

enum {
	LETTERS_MAX = 48, /* longer texts are not compared */
	PART_MIN = 4,     /* least length of a text that counts as a part of another */
	CONTAINED = 16,   /* more than any distance that counts as near */
};

static char fold(char c)
{
	return c == '_' ? '-' : ascii_lower(c);
}

static size_t limit_of(size_t len)
{
	if (len < 3)
		return 0;
	return len <= 5 ? 1 : len <= 9 ? 2 : 3;
}

static size_t smallest(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;

	return least < c ? least : c;
}

/* The rows of the table of distances: the current one, and the two above it. */
struct rows {
	size_t now[LETTERS_MAX + 1], last[LETTERS_MAX + 1], before[LETTERS_MAX + 1];
};

static void next_row(struct rows *rows)
{
	memcpy(rows->before, rows->last, sizeof rows->last);
	memcpy(rows->last, rows->now, sizeof rows->now);
}

static void fill_row(struct rows *rows, const char *a, size_t i, const char *b, size_t len)
{
	rows->now[0] = i;
	for (size_t k = 1; k <= len; k++) {
		bool is_same = fold(a[i - 1]) == fold(b[k - 1]);
		rows->now[k] = smallest(rows->last[k] + 1, rows->now[k - 1] + 1,
					rows->last[k - 1] + !is_same);
		if (i > 1 && k > 1 && fold(a[i - 1]) == fold(b[k - 2]) &&
		    fold(a[i - 2]) == fold(b[k - 1]) && rows->before[k - 2] + 1 < rows->now[k])
			rows->now[k] = rows->before[k - 2] + 1;
	}
}

/* The number of letters that have to be changed. */
static size_t distance_of(const char *a, size_t a_len, const char *b, size_t b_len)
{
	struct rows rows = { 0 };

	for (size_t k = 0; k <= b_len; k++)
		rows.now[k] = k;
	for (size_t i = 1; i <= a_len; i++) {
		next_row(&rows);
		fill_row(&rows, a, i, b, b_len);
	}
	return rows.now[b_len];
}

static bool contains(const char *whole, size_t whole_len, const char *part, size_t part_len)
{
	for (size_t at = 0; at + part_len <= whole_len; at++) {
		size_t same = 0;
		while (same < part_len && fold(whole[at + same]) == fold(part[same]))
			same++;
		if (same == part_len)
			return true;
	}
	return false;
}

/* SIZE_MAX: too far. Of two words that contain the text, the shorter is nearer. */
static size_t measure(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t difference = a_len > b_len ? a_len - b_len : b_len - a_len;
	size_t limit = limit_of(a_len);

	if (a_len > LETTERS_MAX || b_len > LETTERS_MAX)
		return SIZE_MAX;
	size_t distance = difference <= limit ? distance_of(a, a_len, b, b_len) : SIZE_MAX;
	if (distance <= limit)
		return distance;
	if ((a_len >= PART_MIN && contains(b, b_len, a, a_len)) ||
	    (b_len >= PART_MIN && contains(a, a_len, b, b_len)))
		return CONTAINED + difference;
	return SIZE_MAX;
}

void nearest_offer(struct nearest *nearest, const char *word)
{
	size_t distance = measure(nearest->text, strlen(nearest->text), word, strlen(word));

	if (distance == SIZE_MAX || (nearest->word && nearest->distance <= distance))
		return;
	nearest->word = word;
	nearest->distance = distance;
}
