# What deploy/kafka/up and deploy/kafka/topic share. Sourced, never run.
# shellcheck shell=bash

source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

kafka_here=$root/deploy/kafka

# Sets `jars`: the directory with Kafka's jars, one for each pom.xml, fetched once.
fetch_jars() {
    local fetched
    jars=$cache_home/kafka-$(sha256sum "$kafka_here/pom.xml" | cut -c 1-12)
    [[ ! -d $jars ]] || return 0
    command -v mvn >/dev/null || die "Maven is missing: run deploy/install kafka"
    say "fetching Kafka's jars (about 45 MB, once)"
    mkdir -p "$cache_home"
    fetched=$(mktemp -d "$jars.XXXXXX")
    if ! quietly mvn -B -q -f "$kafka_here/pom.xml" dependency:copy-dependencies \
        -DincludeScope=runtime -DoutputDirectory="$fetched"; then
        rm -rf "$fetched"
        die "Maven could not fetch Kafka's jars: see above"
    fi
    # Renamed when complete; where another process was faster, its directory stays.
    mv -T "$fetched" "$jars" 2>/dev/null || rm -rf "$fetched"
}

# Sets `kafka`, the Java command to which the name of one of Kafka's classes is added, and
# `kafka_once`, the same for what runs a second or two: little memory and the quick compiler.
kafka_commands() {
    (($(java_version) >= 17)) || die "Java 17 or newer is missing: run deploy/install kafka"
    fetch_jars
    kafka=(java "-Dlog4j2.configurationFile=$kafka_here/log4j2.properties" -cp "$jars/*" -Xmx512m)
    kafka_once=("${kafka[@]}" -Xmx128m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC)
}

# create_topics PORT PARTITIONS NAME...: those that do not exist yet. Kafka's command takes one
# topic at a time, so they run side by side.
create_topics() {
    local port=$1 partitions=$2 name pid pids=()
    shift 2
    port_open "$port" || die "no broker listens on port $port: start one with deploy/kafka/up"
    for name in "$@"; do
        quietly "${kafka_once[@]}" org.apache.kafka.tools.TopicCommand \
            --bootstrap-server "127.0.0.1:$port" \
            --create --if-not-exists --topic "$name" --partitions "$partitions" &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do
        wait "$pid" || die "could not create the topics $*: see above"
    done
}
