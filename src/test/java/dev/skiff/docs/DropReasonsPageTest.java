package dev.skiff.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.dev.ArpConf;
import dev.skiff.ip.IpParms;
import dev.skiff.neigh.NeighbourParms;
import dev.skiff.skb.DropReason;
import dev.skiff.trace.Filter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/drop-reasons.md is written from {@link DropReason} and its Javadoc. */
class DropReasonsPageTest {
  private static final Path SOURCE = Path.of("src/main/java/dev/skiff/skb/DropReason.java");

  private static String meaning(String source, DropReason reason) {
    Matcher matcher =
        Pattern.compile("/\\*\\*((?:(?!\\*/).)*)\\*/\\s*" + reason.name() + "\\(", Pattern.DOTALL)
            .matcher(source);
    assertTrue(matcher.find(), reason + " has no Javadoc");
    return matcher
        .group(1)
        .replaceAll("\\{@code ([^}]*)}", "`$1`")
        .replaceAll("\\s*\\n\\s*\\*\\s*", " ")
        .strip();
  }

  @Test
  void thePageHasEveryReason() throws IOException {
    String source = Files.readString(SOURCE);
    List<String> lines = new ArrayList<>();
    lines.add("| Reason | In `skiff drops` | What it means | What to do | Kernel's name |");
    lines.add("|---|---|---|---|---|");
    for (DropReason reason : DropReason.values()) {
      if (reason.isDrop()) {
        String kernel = reason.kernelName();
        lines.add(
            String.join(
                " | ",
                "| `" + reason.name() + "`" + (reason.meansTrouble() ? " **!**" : ""),
                reason.text(),
                meaning(source, reason),
                reason.advice(),
                (kernel == null ? "none" : "`" + kernel + "`") + " |"));
      }
    }
    Golden.part("drop-reasons.md", "reasons", String.join("\n", lines));
  }

  @Test
  void everyDropSaysWhatToDoInOneLine() {
    for (DropReason reason : DropReason.values()) {
      assertEquals(reason.isDrop(), !reason.advice().isEmpty(), reason.name());
      assertFalse(reason.advice().contains("\n"), reason.name());
      assertTrue(!reason.meansTrouble() || reason.isDrop(), reason.name());
    }
  }

  /** Options and filters that are advised are ones that there are. */
  @Test
  void whatIsAdvisedCanBeDone() {
    Pattern option = Pattern.compile("--(ipv4|neigh|arp) (\\w+)=(\\w+)");
    Pattern capture = Pattern.compile("skiff capture ((?:reason )?\\w+)");
    for (DropReason reason : DropReason.values()) {
      Matcher filter = capture.matcher(reason.advice());
      if (filter.find()) {
        var _ = Filter.parse(filter.group(1));
      }
      Matcher set = option.matcher(reason.advice());
      if (set.find()) {
        String value =
            set.group(3).equals("N") || set.group(3).equals("BYTES") ? "2" : set.group(3);
        String setting = set.group(2) + "=" + value;
        Object _ =
            switch (set.group(1)) {
              case "ipv4" -> IpParms.USUAL.with(setting.replace("thresh=2", "thresh=8M"));
              case "neigh" ->
                  NeighbourParms.USUAL.with(setting.replace("thresh3=2", "thresh3=4096"));
              default -> ArpConf.USUAL.with(setting);
            };
      }
    }
  }
}
