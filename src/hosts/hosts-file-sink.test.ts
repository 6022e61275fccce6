/** Runs the sink's suite over a plain folder. Mounts and full disks, which need root, are in test/e2e/. */
import { plainPlace } from "../../test/support/hosts-place.ts";
import { describeSink } from "../../test/support/hosts-suite.ts";

describeSink({ title: "a hosts file in a plain folder", method: "rename", open: plainPlace });
