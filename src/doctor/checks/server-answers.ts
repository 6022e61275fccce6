/** Does the server answer on its port? Without it nothing new comes into the hosts file. */
import { type Check, ok } from "../check.ts";

export const serverAnswers: Check = {
  id: "server-answers",
  title: "The server answers",
  needs: [],
  run: async ({ status, port }) => {
    const answer = await status();
    if (answer !== undefined) {
      const { pid, version } = answer.server;
      return [ok(`hostsfile-server ${version} answers on port ${port}, pid ${pid}.`)];
    }
    return [
      {
        grade: "problem",
        code: "no-server",
        message: `No hostsfile-server answers on port ${port} of this machine.`,
        hint: "Make it a service: sudo hostsfile-server install",
      },
    ];
  },
};
