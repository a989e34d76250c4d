package dev.cofre.documents.alert;

import java.util.List;

/** When a rule fires. Immutable. */
public sealed interface Trigger {
  /** What the subject of its alerts consists of. */
  List<EventField> by();

  /** As it is named in rules. */
  String kind();

  /** At each event. */
  record Each(List<EventField> by) implements Trigger {
    /** Takes a copy. */
    public Each {
      by = List.copyOf(by);
    }

    @Override
    public String kind() {
      return "each";
    }
  }

  /** When so many events came within a time. */
  record Count(List<EventField> by, long atLeast, long withinS) implements Trigger {
    /** Takes a copy. */
    public Count {
      by = List.copyOf(by);
    }

    @Override
    public String kind() {
      return "count";
    }
  }

  /**
   * When so many different values came within a time.
   *
   * @param of whose values are told apart
   */
  record Distinct(EventField of, List<EventField> by, long atLeast, long withinS)
      implements Trigger {
    /** Takes a copy. */
    public Distinct {
      by = List.copyOf(by);
    }

    @Override
    public String kind() {
      return "distinct";
    }
  }

  /**
   * When a value comes that was never there with the others.
   *
   * @param of whose value is new
   * @param learnS for how long all values are taken, from the group's first event on
   */
  record FirstSeen(EventField of, List<EventField> with, long learnS) implements Trigger {
    /** Takes a copy. */
    public FirstSeen {
      with = List.copyOf(with);
    }

    @Override
    public List<EventField> by() {
      List<EventField> all = new java.util.ArrayList<>(with);
      all.add(of);
      return all;
    }

    @Override
    public String kind() {
      return "firstSeen";
    }
  }

  /**
   * When a window has many times the events that windows had before.
   *
   * @param factor how many times
   * @param atLeast fewer are never unusual
   * @param windowS how long a window is
   * @param learnWindows how many windows are only learned from
   */
  record Rate(List<EventField> by, long factor, long atLeast, long windowS, long learnWindows)
      implements Trigger {
    /** Takes a copy. */
    public Rate {
      by = List.copyOf(by);
    }

    @Override
    public String kind() {
      return "rate";
    }
  }

  /**
   * When an hour of the day (UTC) was not used before.
   *
   * @param days how long an hour counts as used, and for how long all hours are taken at first
   */
  record Hour(List<EventField> by, long days) implements Trigger {
    /** Takes a copy. */
    public Hour {
      by = List.copyOf(by);
    }

    @Override
    public String kind() {
      return "hour";
    }
  }

  /** When a node has not shipped for a time. */
  record Silence(long afterS) implements Trigger {
    @Override
    public List<EventField> by() {
      return List.of(EventField.NODE);
    }

    @Override
    public String kind() {
      return "silence";
    }
  }

  /** When something of a log is missing, lost or not what it was. */
  record Gap() implements Trigger {
    @Override
    public List<EventField> by() {
      return List.of(EventField.NODE);
    }

    @Override
    public String kind() {
      return "gap";
    }
  }
}
