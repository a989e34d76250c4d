package dev.cofre.controlplane.domain;

import java.util.List;

/**
 * What must hold beside principal, action and key; all of it. Immutable.
 *
 * @param context on the encryption context
 * @param sourceNetworks one of them must hold the caller's address; empty: any address
 * @param weekdays as {@code mon}; empty: every day
 * @param fromMinute of the day in UTC, with
 * @param toMinute of the day in UTC, without; over midnight when it is less than {@code
 *     fromMinute}; all day when they are equal
 * @param authentication the least strength; empty: any
 * @param perSecond uses by one principal on one node; 0: no limit
 * @param perDay uses by one principal on one node, by the day in UTC; 0: no limit
 */
public record PolicyConditions(
    List<ContextCondition> context,
    List<NetworkRange> sourceNetworks,
    List<String> weekdays,
    int fromMinute,
    int toMinute,
    String authentication,
    int perSecond,
    long perDay) {
  /** Nothing is asked. */
  public static final PolicyConditions NONE =
      new PolicyConditions(List.of(), List.of(), List.of(), 0, 0, "", 0, 0);

  /** The names of the days, in their order. */
  public static final List<String> WEEKDAYS =
      List.of("mon", "tue", "wed", "thu", "fri", "sat", "sun");

  /** The strengths of authentication that can be asked for, the weakest first. */
  public static final List<String> AUTHENTICATIONS = List.of("token", "jwt", "mtls");

  /** Takes copies. */
  public PolicyConditions {
    context = List.copyOf(context);
    sourceNetworks = List.copyOf(sourceNetworks);
    weekdays = List.copyOf(weekdays);
  }

  /**
   * On one pair of the encryption context.
   *
   * @param values one of them must be its value; empty: {@code present} decides
   * @param present whether it must be there at all
   */
  public record ContextCondition(String key, List<String> values, boolean present) {
    /** Takes a copy. */
    public ContextCondition {
      values = List.copyOf(values);
    }
  }
}
