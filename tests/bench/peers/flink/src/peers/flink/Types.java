package peers.flink;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import peers.AgentTeam;
import peers.Contact;
import peers.Item;
import peers.Sums;

/** The types of streams and states. */
final class Types {
    static final CompactType<Message> MESSAGE = new CompactType<>(Message.class, new MessageSerializer());
    static final CompactType<Item> ITEM = new CompactType<>(Item.class, new ItemSerializer());
    static final CompactType<Contact> CONTACT = new CompactType<>(Contact.class, new ContactSerializer());
    static final CompactType<AgentTeam> TEAM = new CompactType<>(AgentTeam.class, new TeamSerializer());
    static final CompactType<Sums> SUMS = new CompactType<>(Sums.class, new SumsSerializer());

    private Types() {}

    /** A message as it comes from Kafka. */
    record Message(String topic, int partition, long offset, byte[] value) {}

    public static final class MessageSerializer extends CompactSerializer<Message> {
        private static final long serialVersionUID = 1;

        @Override
        public void serialize(Message message, DataOutputView out) throws IOException {
            out.writeUTF(message.topic);
            out.writeInt(message.partition);
            out.writeLong(message.offset);
            out.writeInt(message.value.length);
            out.write(message.value);
        }

        @Override
        public Message deserialize(DataInputView in) throws IOException {
            String topic = in.readUTF();
            int partition = in.readInt();
            long offset = in.readLong();
            byte[] value = new byte[in.readInt()];
            in.readFully(value);
            return new Message(topic, partition, offset, value);
        }

        @Override
        public TypeSerializerSnapshot<Message> snapshotConfiguration() {
            return new MessageSnapshot();
        }
    }

    public static final class MessageSnapshot extends SimpleTypeSerializerSnapshot<Message> {
        public MessageSnapshot() {
            super(MessageSerializer::new);
        }
    }

    public static final class ItemSerializer extends CompactSerializer<Item> {
        private static final long serialVersionUID = 1;

        @Override
        public void serialize(Item item, DataOutputView out) throws IOException {
            item.write(out);
        }

        @Override
        public Item deserialize(DataInputView in) throws IOException {
            return Item.read(in);
        }

        @Override
        public TypeSerializerSnapshot<Item> snapshotConfiguration() {
            return new ItemSnapshot();
        }
    }

    public static final class ItemSnapshot extends SimpleTypeSerializerSnapshot<Item> {
        public ItemSnapshot() {
            super(ItemSerializer::new);
        }
    }

    public static final class ContactSerializer extends CompactSerializer<Contact> {
        private static final long serialVersionUID = 1;

        @Override
        public void serialize(Contact contact, DataOutputView out) throws IOException {
            contact.write(out);
        }

        @Override
        public Contact deserialize(DataInputView in) throws IOException {
            return Contact.read(in);
        }

        @Override
        public TypeSerializerSnapshot<Contact> snapshotConfiguration() {
            return new ContactSnapshot();
        }
    }

    public static final class ContactSnapshot extends SimpleTypeSerializerSnapshot<Contact> {
        public ContactSnapshot() {
            super(ContactSerializer::new);
        }
    }

    public static final class TeamSerializer extends CompactSerializer<AgentTeam> {
        private static final long serialVersionUID = 1;

        @Override
        public void serialize(AgentTeam team, DataOutputView out) throws IOException {
            team.write(out);
        }

        @Override
        public AgentTeam deserialize(DataInputView in) throws IOException {
            return AgentTeam.read(in);
        }

        @Override
        public TypeSerializerSnapshot<AgentTeam> snapshotConfiguration() {
            return new TeamSnapshot();
        }
    }

    public static final class TeamSnapshot extends SimpleTypeSerializerSnapshot<AgentTeam> {
        public TeamSnapshot() {
            super(TeamSerializer::new);
        }
    }

    /** Only sums that nobody adds to any more become state. */
    public static final class SumsSerializer extends CompactSerializer<Sums> {
        private static final long serialVersionUID = 1;

        @Override
        public void serialize(Sums sums, DataOutputView out) throws IOException {
            sums.write(out);
        }

        @Override
        public Sums deserialize(DataInputView in) throws IOException {
            return Sums.read(in);
        }

        @Override
        public TypeSerializerSnapshot<Sums> snapshotConfiguration() {
            return new SumsSnapshot();
        }
    }

    public static final class SumsSnapshot extends SimpleTypeSerializerSnapshot<Sums> {
        public SumsSnapshot() {
            super(SumsSerializer::new);
        }
    }
}
