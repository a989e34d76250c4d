package dev.cofre.engine.policy;

import dev.cofre.contract.snapshot.wire.PolicyConditions;

/** What must hold beside principal, action and key; all of it. Immutable. */
final class Conditions {
  private static final long DAY_MS = 86_400_000;
  private static final int MINUTE_MS = 60_000;

  /** 1 January 1970 was a Thursday; Monday is 0. */
  private static final int FIRST_WEEKDAY = 3;

  private final ContextRule[] context;
  private final Network[] networks;
  private final int weekdays;
  private final int fromMinute;
  private final int toMinute;
  private final AuthenticationStrength authentication;
  private final int perSecond;
  private final long perDay;

  Conditions(PolicyConditions wire) {
    this.context = wire.getContextList().stream().map(ContextRule::new).toArray(ContextRule[]::new);
    this.networks =
        wire.getNetworksList().stream()
            .map(n -> new Network(n.getAddress().toByteArray(), n.getPrefixLength()))
            .toArray(Network[]::new);
    this.weekdays = wire.getWeekdays();
    this.fromMinute = wire.getFromMinute();
    this.toMinute = wire.getToMinute();
    this.authentication = AuthenticationStrength.of(wire.getAuthentication());
    this.perSecond = wire.getPerSecond();
    this.perDay = wire.getPerDay();
  }

  /** Whether {@code wire} asks for nothing. */
  static boolean isEmpty(PolicyConditions wire) {
    return wire.equals(PolicyConditions.getDefaultInstance());
  }

  /**
   * Whether {@code wire} says only what this release understands: a strength of a later release
   * would else be taken for none.
   */
  static boolean isUnderstood(PolicyConditions wire) {
    String strength = wire.getAuthentication();
    return wire.getUnknownFields().asMap().isEmpty()
        && wire.getContextList().stream().allMatch(c -> c.getUnknownFields().asMap().isEmpty())
        && wire.getNetworksList().stream().allMatch(n -> n.getUnknownFields().asMap().isEmpty())
        && (strength.isEmpty()
            || AuthenticationStrength.of(strength) != AuthenticationStrength.NONE);
  }

  boolean hold(Facts facts) {
    return unmet(facts) == null;
  }

  /** What does not hold, to be read after "because"; null when all holds. Makes no garbage then. */
  String unmet(Facts facts) {
    for (ContextRule rule : context) {
      if (!rule.holds(facts.context())) {
        return rule.text();
      }
    }
    return unmetBesideContext(facts);
  }

  /** Whether all holds for a request of the past; whether a rate was used up is not known. */
  Truth truth(PastFacts past) {
    Truth truth = Truth.of(unmetBesideContext(past.facts()) == null);
    for (ContextRule rule : context) {
      truth = truth.and(rule.truth(past));
    }
    return perSecond > 0 || perDay > 0 ? truth.and(Truth.UNKNOWN) : truth;
  }

  private String unmetBesideContext(Facts facts) {
    if (facts.authentication().compareTo(authentication) < 0) {
      return "the caller's authentication is weaker than " + authentication.text();
    }
    if (networks.length > 0 && !isInside(facts.address())) {
      return "the caller's address is in none of the networks";
    }
    return isTime(facts.nowMs()) ? null : "it is not the time of day or week";
  }

  private boolean isInside(byte[] address) {
    for (Network network : networks) {
      if (network.holds(address)) {
        return true;
      }
    }
    return false;
  }

  private boolean isTime(long nowMs) {
    int weekday = (int) Math.floorMod(Math.floorDiv(nowMs, DAY_MS) + FIRST_WEEKDAY, 7L);
    if (weekdays != 0 && (weekdays & 1 << weekday) == 0) {
      return false;
    }
    int minute = (int) (Math.floorMod(nowMs, DAY_MS) / MINUTE_MS);
    return fromMinute == toMinute
        || (fromMinute < toMinute
            ? minute >= fromMinute && minute < toMinute
            : minute >= fromMinute || minute < toMinute);
  }

  /** Uses a second by one principal on this node; 0: no limit. */
  int perSecond() {
    return perSecond;
  }

  /** Uses a day (UTC) by one principal on this node; 0: no limit. */
  long perDay() {
    return perDay;
  }
}
