// Recipe tests: a recipe and what is expected of it in one file, as comment lines.
//
//   # RUN: check                a command and its options; the file's name is put behind run and check,
//   # RUN: run --set epochs=1   and in place of %s; %o is a fresh folder, the --out of every run
//   # EXPECT: text              must occur in what is printed
//   # EXPECT-NOT: text          must not
//   # EXPECT-ERROR: text        must occur, and the exit status is 2
//   # EXPECT-STATUS: 1          the exit status of the last command (otherwise 0)
//   # CI: --set epochs=1        further options for run and check
//   # NEEDS: ../data/x.csv      a file (relative to the recipe) or a program, without which it is skipped
#pragma once
#include <string>
#include <vector>

namespace mase::cli {

struct RecipeTest {
  std::string file;
  std::vector<std::vector<std::string>> commands;  // words
  std::vector<std::string> expected, unexpected, needs, ci;
  int status = 0;
};

// Error for a file that expects nothing, or says something that is not understood.
RecipeTest read_recipe_test(const std::string& file);

// Words of a line; single and double quotes hold words together.
std::vector<std::string> split_words(const std::string& line);

// What is missing on this machine, or "".
std::string missing_need(const RecipeTest& test);

// The arguments of one command, the file and the folder for --out put in.
std::vector<std::string> command_arguments(const RecipeTest& test, const std::vector<std::string>& words,
                                           const std::string& out);

}  // namespace mase::cli
