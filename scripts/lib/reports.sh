# shellcheck shell=bash
# shellcheck disable=SC2154 # passed, failed, skipped, summary, complaints, all: the caller's
# Reading JUnit's XML reports. Sourced by scripts/test; the working directory is the checkout.

# count PART REPORTS KIND: adds up the reports in the folder REPORTS; KIND is all, container (classes that carry that tag)
# or netns (the rest). Fails if no test was executed.
count() {
  local part=$1 kind=$3 file line name attribute tests=0 bad=0 omitted=0
  local -A n
  for file in "$2"/TEST-*.xml; do
    line=$(grep -m 1 '<testsuite ' "$file" 2>/dev/null) || continue
    [[ $line =~ \ name=\"([^\"]*)\" ]] || continue
    name=${BASH_REMATCH[1]}
    case $kind in
      container) has_tag_container "$name" || continue ;;
      netns) ! has_tag_container "$name" || continue ;;
    esac
    for attribute in tests failures errors skipped; do
      n[$attribute]=0
      [[ ! $line =~ \ $attribute=\"([0-9]+)\" ]] || n[$attribute]=${BASH_REMATCH[1]}
    done
    tests=$((tests + n[tests]))
    bad=$((bad + n[failures] + n[errors]))
    omitted=$((omitted + n[skipped]))
    while IFS= read -r line; do
      case $line in
        *' (skipped)') left_out+=("$line") ;;
        *) complaints+=("$line") ;;
      esac
    done < <(not_passed "$file")
  done
  summary+=("$part: $tests tests, $bad failed, $omitted skipped")
  failed=$((failed + bad))
  skipped=$((skipped + omitted))
  passed=$((passed + tests - bad - omitted))
  ((tests > omitted))
}

# not_passed FILE: class.method of each test that failed or was skipped.
not_passed() {
  awk '
    function value(key) { return match($0, " " key "=\"[^\"]*\"") ? substr($0, RSTART + length(key) + 3, RLENGTH - length(key) - 4) : "" }
    /<testcase / { test = value("classname") "." value("name") }
    /<(failure|error)[ >\/]/ { if (test != "") print test; test = "" }
    /<skipped[ >\/]/ { if (test != "") print test " (skipped)"; test = "" }' "$1"
}

# Is the class one of the container tests? (A nested class is in its outer one's file.)
has_tag_container() {
  local source=${1%%\$*}
  source=src/test/java/${source//.//}.java
  [[ -r $source ]] && grep -q '@Tag("container")' "$source"
}
