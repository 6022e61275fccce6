/** What `install` does about the DNS responder: whether it is on, and where it listens, as given, else as it is installed. */
import { type ListenAddress, formatListenAddress, responderPlaces } from "../../records/listen-address.ts";
import { type Present, variablesOf } from "../../service/installation.ts";
import type { Variables } from "../../service/settings-text.ts";
import type { Given } from "../setting.ts";
import { installSettings } from "./install-settings.ts";
import { installedValue } from "./install-variables.ts";

type Wishes = Partial<Pick<Given<typeof installSettings>, "dns" | "dnsListen">>;

export interface ResponderPlan {
  readonly isOn: boolean;
  readonly places: readonly ListenAddress[];
  /** Variables of the settings file. */
  readonly variables: Variables;
}

/** Works out what is wanted; nothing is changed. */
export function planResponder({ dns, dnsListen }: Wishes, { settings }: Pick<Present, "settings">): ResponderPlan {
  const installed = variablesOf(settings);
  const isOn = dns ?? installedValue(installSettings.dns, installed) ?? true;
  const listed = dnsListen ?? installedValue(installSettings.dnsListen, installed);
  return {
    isOn,
    places: responderPlaces(listed),
    variables: {
      // On is the rule, and needs no word.
      HOSTSFILE_SERVER_DNS: isOn ? undefined : "off",
      ...(dnsListen && { HOSTSFILE_SERVER_DNS_LISTEN: dnsListen.map(formatListenAddress).join(",") || undefined }),
    },
  };
}
