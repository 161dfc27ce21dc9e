/** What the agent of a job keeps, in a folder of its own on the machine. */
export const jobFiles = {
  /** `chestnut.job/1`: what is to be done. */
  job: 'job.json',
  /** The number of the agent's process: who makes it is the job's only agent. */
  agent: 'agent.pid',
  /** `chestnut.log-line/1`, one a line: line n of the file has number n. */
  log: 'log.jsonl',
  /** `chestnut.heartbeat/1`, again and again. */
  heartbeat: 'heartbeat.json',
  /** `chestnut.job-deadline/1`: the job's deadline after it was moved. */
  deadline: 'deadline.json',
  /** `chestnut.job-exit/1`: how it ended. There once all log lines are. */
  exit: 'exit.json',
  /** Room on the disk for how it ends, should the job fill it. */
  reserve: 'reserve',
  /** What the agent itself could not do. */
  complaints: 'agent.err',
} as const
