package dev.cofre.controlplane.server.investigate;

import dev.cofre.contract.audit.seal.Removed;
import dev.cofre.controlplane.server.investigate.Count.Seen;
import dev.cofre.engine.policy.Action;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** Says in words what an investigation found; what it could not look at first. Stateless. */
public final class Words {
  private static final int NAMES_MAX = 5;
  private static final double HOUR_NS = TimeUnit.HOURS.toNanos(1);
  private static final long KIB = 1_024;
  private static final String OTHER_ARCHIVES =
      "What other control planes logged themselves is in their own archives, and not looked at here.";

  /** A data key in a caller's hands does what no log tells. */
  private static final Set<String> HANDED_OUT =
      Set.of(Action.GENERATE_DATA_KEY.text(), Action.UNWRAP_DATA_KEY.text());

  private final Findings found;
  private final Ledger ledger;
  private final String subject;
  private final List<String> lines = new ArrayList<>();

  private Words(Findings found) {
    this.found = found;
    this.ledger = found.ledger();
    this.subject =
        found.asked().kind().name().toLowerCase(Locale.ROOT) + " " + found.asked().name();
  }

  /** The answer, a sentence or two a line. */
  public static List<String> of(Findings found) {
    Words words = new Words(found);
    words.tell();
    return words.lines;
  }

  private void tell() {
    removed();
    incomplete();
    if (ledger.all().events() == 0) {
      lines.add(
          "The archive holds nothing of "
              + subject
              + " in this time"
              + (found.isArchiveWhole() ? "." : ", but not all is in it: see below."));
    } else {
      uses();
      undigested();
      seen("principal", ledger.principals());
      seen("address", ledger.addresses());
      if (!found.isArchiveWhole()) {
        lines.add("What is not in the archive is in none of these figures: see below.");
      }
    }
    rate();
    refusals();
    handedOut();
    secrets();
    management();
    logs();
  }

  /** What is there no more, before anything that is said of the rest. */
  private void removed() {
    List<LogState> gone =
        found.logs().stream()
            .filter(log -> log.removed().isPresent())
            .sorted(Comparator.comparing((LogState log) -> log.removed().get().newest()).reversed())
            .toList();
    if (gone.isEmpty()) {
      return;
    }
    Removed last = gone.get(0).removed().get();
    boolean isAskedFor = gone.stream().anyMatch(log -> log.isRemovedAfter(found.asked().fromNs()));
    lines.add(
        (isAskedFor ? "NOT ALL OF THIS TIME IS THERE: retention" : "Retention")
            + " has removed events from "
            + count(gone.size(), "log")
            + ", of "
            + gone.get(0).log()
            + " up to "
            + last.newest()
            + ": they are in no figure, and what was never seen before may be in them.");
  }

  private void incomplete() {
    if (!found.window().isWhole()) {
      lines.add(
          "INCOMPLETE: the time was over. All figures are of events up to "
              + time(found.window().wholeToNs())
              + ", and of a part of those after it; ask for less time, or give it longer.");
    }
    if (!found.baseline().isWhole()) {
      lines.add(
          "INCOMPLETE: of the time before, only what is older than "
              + time(found.baseline().wholeToNs())
              + " was looked at wholly.");
    }
    if (!found.lookedUp()) {
      lines.add("INCOMPLETE: not each principal and address was looked for in what is older.");
    }
    long unreadable = found.unreadable();
    if (unreadable > 0) {
      lines.add(
          count(unreadable, "record")
              + " of the archive could not be read: verify it with ./cofre audit verify.");
    }
  }

  private void uses() {
    Count all = ledger.all();
    String amount =
        String.format(
            Locale.ROOT,
            "%s, %s, with %s of %s%s",
            count(all.items(), "message"),
            bytes(all.bytes()),
            distinct(ledger.dataKeys(), "data key"),
            distinct(ledger.keys(), "key version"),
            contexts());
    if (found.asked().kind() == Asked.Kind.SECRET) {
      reads(all);
    } else if (all.uses() == 0) {
      lines.add(
          capital(subject)
              + " has "
              + count(all.events(), "event")
              + ", of which none is a use of a key that was allowed.");
    } else if (found.asked().kind() == Asked.Kind.KEY) {
      lines.add(
          capital(subject)
              + " was used by "
              + by("principal", ledger.principals())
              + " from "
              + by("address", ledger.addresses())
              + ": "
              + amount
              + ".");
    } else if (found.asked().kind() == Asked.Kind.PRINCIPAL) {
      lines.add(
          capital(subject)
              + " used keys from "
              + by("address", ledger.addresses())
              + ": "
              + amount
              + ".");
    } else {
      lines.add(
          "From "
              + subject
              + " keys were used by "
              + by("principal", ledger.principals())
              + ": "
              + amount
              + ".");
    }
  }

  /** Whose material it was, as far as events tell. */
  private String contexts() {
    if (ledger.tenants().distinct() == 0) {
      return "";
    }
    String contexts =
        ledger.contexts().distinct() == 0
            ? ""
            : ", in " + distinct(ledger.contexts(), "encryption context");
    return contexts + ", of " + distinct(ledger.tenants(), "tenant");
  }

  private void undigested() {
    if (ledger.undigested() > 0) {
      lines.add(
          "Of "
              + count(ledger.undigested(), "event")
              + " the encryption contexts were not digested: which they were is not known.");
    }
  }

  private void reads(Count all) {
    if (all.uses() == 0) {
      lines.add(
          capital(subject)
              + " has "
              + count(all.events(), "event")
              + ", of which none handed its value out.");
      return;
    }
    Count first = ledger.secrets().counts().min(Comparator.comparingLong(Count::firstNs)).get();
    Count last = ledger.secrets().counts().max(Comparator.comparingLong(Count::lastNs)).get();
    lines.add(
        capital(subject)
            + " was read "
            + count(all.uses(), "time")
            + " by "
            + by("principal", ledger.principals())
            + " from "
            + by("address", ledger.addresses())
            + ", "
            + distinct(ledger.secrets(), "version")
            + " of it, from "
            + time(first.firstNs())
            + " to "
            + time(last.lastNs())
            + ".");
  }

  /** What a principal, or somebody at an address, has in their hands now. */
  private void secrets() {
    if (found.asked().kind() == Asked.Kind.SECRET || ledger.secrets().distinct() == 0) {
      return;
    }
    List<String> names =
        ledger.secrets().rows().stream().map(row -> row.value().key()).distinct().toList();
    long more = names.size() - (long) NAMES_MAX;
    lines.add(
        (ledger.secrets().isEstimated() ? "At least " : "")
            + count(names.size(), "secret")
            + (names.size() == 1 ? " was" : " were")
            + " read: "
            + names.stream().limit(NAMES_MAX).collect(Collectors.joining(", "))
            + (more > 0 ? " and " + number(more) + " more" : "")
            + ".");
  }

  /** How many of the values used a key. */
  private static String by(String what, Tally<String> tally) {
    long using = tally.counts().filter(count -> count.uses() > 0).count();
    return (tally.isEstimated() ? "at least " : "") + count(using, what);
  }

  private void seen(String what, Tally<String> tally) {
    boolean isSubject = found.asked().kind().name().equals(what.toUpperCase(Locale.ROOT));
    if (tally.distinct() == 0 || isSubject) {
      return;
    }
    if (found.oldestNs().isEmpty() || found.oldestNs().getAsLong() >= found.asked().fromNs()) {
      lines.add(
          "The archive holds nothing older: whether "
              + plural(what)
              + " were there before cannot be told.");
      return;
    }
    List<String> fresh =
        tally.rows().stream()
            .filter(row -> row.count().seen() == Seen.NEW)
            .map(Tally.Row::value)
            .toList();
    long unknown =
        tally.distinct() - tally.counts().filter(count -> count.seen() != Seen.UNKNOWN).count();
    String since =
        " before with "
            + subject
            + " (the archive begins "
            + time(found.oldestNs().getAsLong())
            + ")";
    if (!fresh.isEmpty()) {
      String names = fresh.stream().limit(NAMES_MAX).collect(Collectors.joining(", "));
      long more = fresh.size() - (long) NAMES_MAX;
      lines.add(
          count(fresh.size(), what)
              + (fresh.size() == 1 ? " was" : " were")
              + " never seen"
              + since
              + ": "
              + names
              + (more > 0 ? " and " + more + " more" : "")
              + ".");
    } else if (unknown == 0) {
      lines.add(
          (tally.distinct() == 1 ? "The " + what + " was" : "All " + plural(what) + " were")
              + " seen"
              + since
              + ".");
    }
    if (unknown > 0) {
      lines.add(
          "Of "
              + (tally.isEstimated() ? "about " : "")
              + count(unknown, what)
              + " it is not known whether they were there before.");
    }
  }

  private void rate() {
    if (!found.window().isWhole() || !found.baseline().isWhole()) {
      return; // part of a time has no rate
    }
    double now = ledger.rate().sum() / (found.windowNs() / HOUR_NS);
    if (found.baselineNs() == 0) {
      lines.add(
          String.format(
              Locale.ROOT,
              "%s events an hour; the archive holds nothing of the time before to hold that against.",
              figure(now)));
      return;
    }
    double before = ledger.baselineRate().sum() / (found.baselineNs() / HOUR_NS);
    String against =
        before == 0
            ? "none in "
            : figure(before) + " (" + figure(now / before) + " times as many) in ";
    lines.add(
        figure(now)
            + " events an hour, against "
            + against
            + time(found.baselineFromNs())
            + " to "
            + time(found.asked().fromNs())
            + (found.baselineFromNs() > found.asked().baselineFromNs()
                ? ", which is all that the archive holds of the time before."
                : "."));
  }

  private void refusals() {
    Count all = ledger.all();
    if (all.denied() + all.failed() > 0) {
      lines.add(
          count(all.denied(), "attempt")
              + " denied, "
              + count(all.failed(), "attempt")
              + " failed: "
              + ledger.failures().rows().stream()
                  .limit(NAMES_MAX)
                  .map(
                      row ->
                          row.value().code()
                              + " of "
                              + row.value().action()
                              + " "
                              + number(row.count().events()))
                  .collect(Collectors.joining(", "))
              + (ledger.failures().distinct() > NAMES_MAX ? " and others." : "."));
    }
  }

  private void handedOut() {
    long times = sum(row -> HANDED_OUT.contains(row.value()) ? row.count().uses() : 0);
    if (times > 0) {
      lines.add(
          "Data keys were given into callers' hands "
              + count(times, "time")
              + ": what was encrypted or decrypted with them there is on no log.");
    }
  }

  private long sum(ToLongFunction<Tally.Row<String>> of) {
    return ledger.actions().rows().stream().mapToLong(of).sum();
  }

  private void management() {
    List<Tally.Row<String>> rows =
        ledger.actions().rows().stream()
            .filter(row -> !Happened.isUse(row.value()))
            .filter(row -> !Happened.isSecretRead(row.value()) || row.count().uses() == 0)
            .limit(2L * NAMES_MAX)
            .toList();
    if (!rows.isEmpty()) {
      lines.add(
          "Besides uses: "
              + rows.stream()
                  .map(row -> row.value() + " " + number(row.count().events()))
                  .collect(Collectors.joining(", "))
              + ".");
    }
  }

  private void logs() {
    List<LogState> partial =
        found.logs().stream()
            .filter(log -> !log.isWhole())
            .sorted(Comparator.comparingLong(LogState::missing).reversed())
            .toList();
    for (LogState log : partial.subList(0, Math.min(NAMES_MAX, partial.size()))) {
      lines.add(
          "Not all of "
              + log.log()
              + " is here ("
              + log.state()
              + "): "
              + log.extent()
                  .map(has -> "its newest event here is of " + time(has.newestNs()))
                  .orElse("it has no event here")
              + (log.missing() > 0 ? ", " + number(log.missing()) + " sealed events miss." : "."));
    }
    lines.add(OTHER_ARCHIVES);
    if (partial.size() > NAMES_MAX) {
      lines.add(
          "The same is true of "
              + count(partial.size() - (long) NAMES_MAX, "more log")
              + ": see the table of the archive.");
    }
  }

  /** As text, of nanoseconds since 1970. */
  public static String time(long timeNs) {
    return Instant.ofEpochSecond(
            Math.floorDiv(timeNs, 1_000_000_000L), Math.floorMod(timeNs, 1_000_000_000L))
        .toString();
  }

  private static String distinct(Tally<?> tally, String what) {
    return (tally.isEstimated() ? "about " : "") + count(tally.distinct(), what);
  }

  private static String count(long number, String what) {
    return number(number) + " " + (number == 1 ? what : plural(what));
  }

  private static String plural(String what) {
    return what + (what.endsWith("s") ? "es" : "s");
  }

  private static String number(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  private static String figure(double value) {
    return String.format(Locale.ROOT, value >= 10 ? "%,.0f" : "%.2g", value);
  }

  private static String bytes(long bytes) {
    if (bytes < KIB) {
      return count(bytes, "byte");
    }
    int unit = Math.min(5, (Long.SIZE - 1 - Long.numberOfLeadingZeros(bytes)) / 10);
    return String.format(
        Locale.ROOT, "%.1f %siB", bytes / Math.pow(KIB, unit), " KMGTP".substring(unit, unit + 1));
  }

  private static String capital(String words) {
    return Character.toUpperCase(words.charAt(0)) + words.substring(1);
  }
}
